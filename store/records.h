#pragma once

#include "platform/clock.h"
#include "store/codes.h"
#include "store/confidential.h"
#include "store/entry.h"
#include "store/replication.h"
#include "store/revision.h"
#include "store/seal.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// What changes of an entry while its versions stay: number, delivery and the leaf that left.
struct EntryHead {
    EntryNumber number{};
    std::uint32_t versions = 0;  ///< 1 is the first, this one is current
    DeliveryState delivery = DeliveryState::local;
    std::uint64_t position = 0;  ///< journal sequence of the act that put it in its queue
    platform::WallTime queued_at{};
    Revision leaf{};               ///< the newest revision that may have left; generation 0: none
    bool leaf_is_current = false;  ///< its body is that of the current version
    std::string reason{};          ///< of a quarantine
};

/// One version of an entry: written once, never changed.
struct EntryVersion {
    Entry entry;
    Digest32 salt{};                     ///< of the commitment; never leaves
    Confidential<std::string> reason{};  ///< why this version was made; empty for the first
};

/// What happened. Stored; never renumber.
enum class Act : std::uint8_t {
    created = 1,  ///< the register itself
    recorded = 2,
    imported = 3,
    classified = 4,
    delivered = 5,  ///< a receipt
    quarantined = 6,
    pulled = 7,     ///< a remote revision of one of our entries
    distrusted = 8  ///< the receipts so far were taken back
};

/// An act in this store, hashed with the one before it.
struct JournalRecord {
    std::uint64_t sequence = 0;  ///< 1, 2, 3…
    Digest32 previous{};
    Digest16 salt{};  ///< random, so that a printed chain head confirms nothing
    platform::WallTime at{};
    Act act = Act::created;
    EntryId entry{};       ///< all zero: of the register
    Digest32 content{};    ///< of the version that the act made; all zero: none
    std::string detail{};  ///< a receipt's revision and peer, a refusal's reason
    Digest32 hash{};       ///< of all of the above
};

/// Where a revision came from. Stored; never renumber.
enum class Origin : std::uint8_t {
    ours = 1,
    pulled = 2,  ///< its digest verifies: another PC of the same lawyer
    foreign = 3  ///< somebody else's; shown, kept aside
};

/// A body that left or arrived.
struct RevisionRecord {
    Revision revision;
    std::vector<std::string> ancestors;  ///< digests, newest first
    bool deleted = false;
    Origin origin = Origin::ours;
    std::string body;  ///< canonical JSON
};

/// What the register is. Written once, by create().
struct Identity {
    std::string book;             ///< 10 characters
    std::string installation_id;  ///< 32 hex digits
    std::string register_key;     ///< 32 bytes; keys the revision digests
};

[[nodiscard]] std::string pack(const EntryHead& head);
[[nodiscard]] std::string pack(const JournalRecord& record);
[[nodiscard]] std::string pack(const RevisionRecord& record);
[[nodiscard]] std::string pack(const Checkpoint& checkpoint);
[[nodiscard]] std::string pack(const Identity& identity);

/// The record, or an exception: what was sealed here can't be garbage. T is one of the above.
/// \throws StoreError, damaged
template <class T>
[[nodiscard]] T unpack(std::string_view bytes);

[[nodiscard]] Digest32 hash_of(const JournalRecord& record);

/// The one that turns entries into the bytes that are sealed, and back: it may reveal.
class EntryCodec {
public:
    [[nodiscard]] static std::string pack(const EntryVersion& version);
    /// \throws StoreError, damaged
    [[nodiscard]] static EntryVersion unpack(std::string_view bytes);

    /// Sets what follows from the class and the confidential fields: released_essence (DESIGN: only
    /// `full` lets it go) and the commitment to what is withheld.
    static void settle(EntryVersion& version, const DisclosurePolicy& policy);
};

}  // namespace tizilim::store
