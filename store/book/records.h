#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// The index of a book in Books in the upper 16 bits, an EntryNumber in the lower 48. Stored, in
/// keys.
enum class BookNumber : std::uint64_t {};

/// What changes of an entry while its versions stay: delivery and the leaf that left.
struct EntryHead {
    BookNumber number{};
    std::uint32_t versions = 0;  ///< 1 is the first, this one is current
    DeliveryState delivery = DeliveryState::local;
    /// In its queue: the journal sequence of the act that queued it, plus kBehindWithdrawals unless
    /// it is withdrawn.
    std::uint64_t position = 0;
    platform::WallTime queued_at{};
    Revision leaf{};               ///< the newest revision that may have left; generation 0: none
    bool leaf_is_current = false;  ///< its body is that of the current version
    std::string reason{};          ///< of a quarantine
    std::uint64_t receipt = 0;     ///< journal sequence of the receipt for `leaf`; 0: none
    // Since schema 4.
    std::uint32_t attempts = 0;      ///< failed ones to deliver the current body
    platform::WallTime tried_at{};   ///< the last of them
    std::vector<Revision> beside{};  ///< tombstones and other leaves that go out with `leaf`
    bool handed_out = false;         ///< `leaf` was given to replication: it may have arrived
    /// The peer should have more leaves of it: tombstones, or what is in conflict with `leaf`.
    bool has_others = false;
    // Since schema 6.
    /// Leaves merged into the one that goes out next: their tombstones are minted with it, since
    /// they name it.
    std::vector<Revision> ending{};
};

/// Positions of all but withdrawals are above this: withdrawals leave first.
inline constexpr std::uint64_t kBehindWithdrawals = std::uint64_t{1} << 62;

/// Why the time of an act may be wrong, as bits. Stored; never renumber.
enum ClockMark : std::uint8_t {
    went_back = 1,      ///< the clock showed a time before the latest that the register knew of
    off_from_peer = 2,  ///< it differed from the unified system's
};

/// One version of an entry: written once, never changed.
struct EntryVersion {
    Entry entry;
    /// Of the commitment; never leaves. All zero: the commitment was made on another installation.
    Digest32 salt{};
    Confidential<std::string> reason{};  ///< why this version was made; empty for the first
    // Since schema 3; a version made before has zeros here.
    std::uint64_t sequence = 0;  ///< of the journal record that holds this version's digest
    platform::WallTime made_at{};
    std::string made_by{};   ///< the lawyer whom the configuration named
    std::uint8_t clock = 0;  ///< ClockMarks
};

/// The signature of one version. What was found of it may change when it is examined again, the
/// rest never.
struct SignatureRecord {
    std::uint32_t version = 0;
    std::uint64_t sequence = 0;  ///< of the journal record that holds its digest
    platform::SignatureStatus status{};
    bool issuer_checked = false;
    std::string signer;
    std::string iin;
    std::string issuer;
    std::string serial;
    std::string algorithm;
    platform::WallTime not_before{};
    platform::WallTime not_after{};
    std::optional<platform::WallTime> signed_at;
    std::string cms;  ///< DER
};

/// What happened. Stored; never renumber.
enum class Act : std::uint8_t {
    created = 1,  ///< the register itself
    recorded = 2,
    imported = 3,
    classified = 4,
    delivered = 5,  ///< a receipt
    quarantined = 6,
    pulled = 7,      ///< a remote revision of one of our entries
    distrusted = 8,  ///< the receipts so far were taken back
    amended = 9,
    voided = 10,
    withdrawn = 11,  ///< its detail says what had left
    attached = 12,   ///< a signature
    book_begun = 13,
    book_continued = 14,
    restored = 15,
    rollback_noticed = 16,  ///< of this register, by the remote checkpoint
    merged = 17,            ///< leaves of several PCs, without a person
    resolved = 18,          ///< a conflict, by the lawyer
    retried = 19,           ///< a quarantined entry waits again
    forgotten = 20,         ///< the peer shows nothing any more of what was withdrawn
    /// A version made in an earlier register was imported; the detail is the code of the act by
    /// which it was made there.
    brought_over = 21,
    astray = 22,           ///< a body may have gone to another register
    foreign_dropped = 23,  ///< stored foreign documents, by the lawyer; the detail: how many
    /// A stored signature was examined again, with another result: the detail. Its record names
    /// this one from now on.
    examined = 24,
    timestamped = 25  ///< the detail is a TimestampRecord
};
[[nodiscard]] std::string_view code_of(Act act);

/// An act in this store, hashed with the one before it.
struct JournalRecord {
    std::uint64_t sequence = 0;  ///< 1, 2, 3…
    Digest32 previous{};
    Digest16 salt{};  ///< random, so that a printed chain head confirms nothing
    platform::WallTime at{};
    Act act = Act::created;
    EntryId entry{};       ///< all zero: of the register
    Digest32 content{};    ///< of the version that the act made; all zero: none
    std::string detail{};  ///< depends on the act, as a receipt's revision and peer
    Digest32 hash{};       ///< of all of the above
};

/// A time-stamp by an authority over the journal's head of that time: the detail of its act. A
/// record of the journal and not a row, so that chain, backup and restore cover it.
struct TimestampRecord {
    std::uint64_t sequence = 0;  ///< of the record that was the journal's last
    Digest32 salt{};             ///< what was signed is a digest of it and of that record's hash
    std::string nonce;
    std::string token;  ///< DER
};

/// Where a revision came from. Stored; never renumber.
enum class Origin : std::uint8_t {
    ours = 1,
    pulled = 2,       ///< its digest verifies: another PC of the same lawyer
    foreign = 3,      ///< of none of the lawyer's installations; shown, never merged unasked
    unverifiable = 4  ///< the peer gave fewer ancestors than its digest covers; never merged
};

/// What a conflict is about. Stored; never renumber.
enum class ConflictKind : std::uint8_t {
    edited = 1,       ///< two installations changed it differently
    foreign = 2,      ///< a foreign revision, or a leaf that can't be read
    deleted = 3,      ///< a foreign tombstone
    unverifiable = 4  ///< the peer cuts histories: whose revision it is can't be told
};

/// An open conflict: the entry waits for the lawyer's decision.
struct ConflictRecord {
    ConflictKind kind = ConflictKind::foreign;
    platform::WallTime since{};
    /// The leaf that disagrees with the shown one; generation 0: an edit made here that did not
    /// leave and is set aside.
    Revision other{};
    std::string base;   ///< body, canonical JSON; empty: not known
    std::string shown;  ///< body of the leaf that all installations show
    std::string aside;  ///< body of `other`, or the edit's
    bool shown_is_ours = false;
};

/// Superseded revisions of a withdrawn entry that the peer may still show.
struct ForgetRecord {
    std::vector<Revision> revisions;
};

/// What a person began to write. Not in the journal, not in backups; it never leaves.
struct DraftRecord {
    std::string id;
    /// Once an entry was recorded from it, by what that entry is known again.
    Confidential<std::string> text;
    platform::WallTime kept_at{};
    EntryId recorded{};  ///< all zero: none was
};

/// A revision that left or was pulled.
struct RevisionRecord {
    Revision revision;
    /// Digests, newest first; of a verified one those that its digest covers.
    std::vector<std::string> ancestors;
    bool deleted = false;
    Origin origin = Origin::ours;
    std::string body;  ///< canonical JSON

    /// One of the lawyer's installations made it, with these ancestors.
    [[nodiscard]] bool is_verified() const {
        return origin == Origin::ours || origin == Origin::pulled;
    }
};

/// What the register is. Written once, by create().
struct Identity {
    std::string book;             ///< of the first book: 10 characters
    std::string installation_id;  ///< of the first book: 32 hex digits
    std::string register_key;     ///< 32 bytes; keys the revision digests
};

/// One of the register's books: numbers 1, 2, 3… by one installation.
struct BookRecord {
    std::string label;            ///< 10 characters
    std::string installation_id;  ///< 32 hex digits; the name of our `_local` document at a peer
    std::string machine;          ///< keyed digest of the machine's id, hex; empty: not known
    std::uint64_t last = 0;       ///< its last number, once it is closed
};

/// All books, the current one last.
struct Books {
    std::vector<BookRecord> books;
};

/// How many foreign documents are stored.
struct ForeignTally {
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;     ///< of their rows
    std::uint64_t left_out = 0;  ///< not stored, for a bound, since the owner last dropped some
};

/// This machine's clock compared with the peer's.
struct PeerClock {
    std::int64_t ahead_seconds = 0;  ///< the peer's minus ours
};

/// The highest time that this register knows to have passed, where the last act has a lower one.
struct LatestTime {
    platform::WallTime at{};
    std::uint64_t sequence = 0;  ///< times of acts up to this one no longer count
};

/// T is one of the above, here and in unpack().
template <class T>
[[nodiscard]] std::string pack(const T& record);

/// What was sealed here can't be garbage, so an error is an exception. \throws StoreError, damaged
template <class T>
[[nodiscard]] T unpack(std::string_view bytes);

/// What is stored of an examined signature; `cms` is DER.
[[nodiscard]] SignatureRecord signature_record(const platform::CmsSignature& examined,
                                               std::string_view cms);
/// What of a signature leaves with its entry.
[[nodiscard]] Eds eds_of(const SignatureRecord& record);

[[nodiscard]] Digest32 hash_of(const JournalRecord& record);

/// The only class that turns entries into the bytes to be sealed, and back: it may reveal.
class EntryCodec {
public:
    [[nodiscard]] static std::string pack(const EntryVersion& version);
    /// \throws StoreError, damaged
    [[nodiscard]] static EntryVersion unpack(std::string_view bytes);
    [[nodiscard]] static std::string pack(const DraftRecord& draft);
    /// \throws StoreError, damaged
    [[nodiscard]] static DraftRecord unpack_draft(std::string_view bytes);

    /// Sets what follows from the class and the confidential fields: released_essence (for `full`
    /// alone) and, with a salt, the commitment to the withheld fields.
    static void commit(EntryVersion& version, const DisclosurePolicy& policy);

    /// Whether one commitment, with one salt, is good for both.
    [[nodiscard]] static bool withhold_the_same(const EntryVersion& a, const EntryVersion& b);
};

}  // namespace tizilim::store
