#pragma once

#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"
#include "store/register/register.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

class BookReader;
class OpenRegister;
class VaultReader;
enum class Act : std::uint8_t;
enum class BookNumber : std::uint64_t;
struct Books;
struct ConflictRecord;
struct EntryHead;
struct EntryVersion;
struct JournalRecord;
struct SalvagedEntry;
struct Writers;
struct SignatureRecord;
class SalvagedRows;

/// Column 7 of the form, of an entry's current version. Times are RFC 3339.
struct SignatureView {
    /// "verified", "verified_unchecked_issuer", "parsed_not_verified" or "invalid"; empty: not
    /// signed
    std::string status;
    bool issuer_checked = false;
    std::string signer;
    std::string iin;
    std::string issuer;
    std::string serial;
    std::string valid_from;
    std::string valid_to;
    std::string algorithm;  ///< OID
    std::string signed_at;  ///< empty: the signature does not say
    std::string cms;        ///< DER in base64
};

/// An entry in clear, for the register's owner: its fields as text, and what the register knows of
/// it. Times are RFC 3339.
struct EntryView : EntryTexts {
    EntryNumber number{};  ///< in `book`; 0: of another PC's book
    std::string book;
    std::string id;
    std::string recorded_at;  ///< of an imported entry a date
    bool late = false;
    bool imported = false;
    std::string delivery;  ///< delivery state: "unsigned", "pending"…
    /// Of a quarantine, a withdrawal or a failed attempt.
    std::optional<platform::Message> delivery_reason{};
    std::uint32_t attempts = 0;  ///< failed ones to deliver this version
    std::string tried_at;        ///< of the last of them
    bool pulled = false;         ///< recorded on another PC of the lawyer: no number here
    bool in_conflict = false;    ///< see conflicts()
    std::string revision;        ///< the newest that may have left; empty: none
    std::string would_leave;     ///< the document's body as it would leave; empty: nothing would
    std::uint32_t versions = 1;  ///< more than 1: amended, voided or classified since
    /// Why the time of recording may be wrong; nothing: it is not.
    std::optional<platform::Message> clock_warning{};
    SignatureView signature;
};

struct FieldChange {
    std::string field;  ///< as in entry_fields()
    std::string before;
    std::string after;
};

/// One version of an entry: who made it, when, why and what changed.
struct VersionView {
    std::uint32_t version = 1;  ///< 1 is the first
    std::string act;            ///< "recorded", "imported", "amended", "voided", "classified"
    std::string at;             ///< RFC 3339
    std::string by;             ///< the lawyer whom the configuration named then
    std::string reason;  ///< what a person typed; or platform::packed(), of what this program did
    std::optional<platform::Message> clock_warning{};
    std::vector<FieldChange> changes;  ///< from the version before
    SignatureView signature;
    /// RFC 3339: when it was imported here with its entry's history; empty: it was made here.
    std::string brought_over{};
    // For an export, so that an import can restore the version.
    std::uint8_t clock_marks = 0;
    std::string commitment{};  ///< 64 hex digits
    std::string salt{};        ///< 64 hex digits; empty: made on another PC, not known here
};

struct Recorded {
    EntryNumber number{};
    std::string id;
    DeliveryState delivery{};
    std::vector<FieldError> warnings;
};

/// Whether the owner agreed that an act withdraws an entry that has left; that is for good.
enum class Withdrawal { not_agreed, agreed };

/// An entry after an amendment, a voiding, another class, a resolution or a retry.
struct Revised {
    EntryNumber number{};
    std::string id;
    std::uint32_t version = 1;  ///< the current one
    DeliveryState delivery{};
    DisclosureClass disclosure{};
    /// An earlier version left, or was handed to the network: it may be readable at the peer.
    bool earlier_version_left = false;
    std::vector<FieldError> warnings;
};

/// A version that waits for the lawyer's signature, and the bytes to be signed: canonical JSON (RFC
/// 8785) of what would leave with `_id` and `commitment`; of an entry that stays, as if it left.
struct SigningTask {
    EntryNumber number{};
    std::string id;
    std::uint32_t version = 1;
    std::string bytes;
};

/// A field that two sides changed differently.
struct ConflictField {
    std::string field;  ///< as in entry_fields()
    std::string mine;
    std::string theirs;
};

/// An entry that waits for the lawyer's decision.
struct ConflictView {
    EntryNumber number{};  ///< in `book`; 0: of another PC's book
    std::string book;
    std::string id;
    /// "edited": two PCs changed it differently. "foreign": a foreign revision is at the unified
    /// system. "deleted": a foreign tombstone. "unverifiable": whose a revision is can't be told.
    std::string kind;
    std::string since;  ///< RFC 3339
    std::vector<ConflictField> fields;
};

/// What is to become of a field in conflict.
struct Choice {
    enum class Side { mine, theirs, text };
    Side side = Side::mine;
    std::string text{};  ///< of Side::text: the new value, as in EntryTexts
};

/// How a conflict is resolved, beside the choices.
struct Resolution {
    Withdrawal withdrawal = Withdrawal::not_agreed;
    /// For each field without a choice; needed where no field that is known here differs. Never
    /// text.
    std::optional<Choice::Side> keep{};
    std::string reason{};  ///< empty: the message `conflict.resolved`
};

/// Which stored foreign documents are dropped.
enum class ForeignScope {
    of_no_entry,     ///< of no entry of this register
    of_entries_too,  ///< all, with the conflicts that they make
};

struct DroppedForeign {
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
};

struct Signed {
    SignatureView signature;
    DeliveryState delivery{};
    std::vector<platform::Message> warnings;
};

/// Which entries to list. With a month, in order of number within it; with a state alone, in order
/// of leaving; else in order of number.
struct ListQuery {
    std::uint64_t first = 0;  ///< a number, or the `next` of the page before; 0: from the beginning
    std::size_t count_max = 100;
    std::optional<platform::CivilDate> month{};  ///< any day of the month of application
    std::optional<DeliveryState> state{};
    std::string book{};   ///< its label; empty: the current one
    bool pulled = false;  ///< those recorded on other PCs instead; `month` and `book` don't count
    bool newest_first = false;  ///< in the reverse order
};

struct EntryPage {
    std::vector<EntryView> entries;
    std::optional<std::uint64_t> next;  ///< `first` of the page after; nothing: this is the last
};

/// One of the register's books. Numbers begin with 1 and have no gaps.
struct BookView {
    std::string label;
    bool is_current = false;  ///< new entries go into it; the others have ended
    std::uint64_t entries = 0;
    // RFC 3339, of an imported entry a date; empty: there is none.
    std::string first_recorded_at{};
    std::string last_recorded_at{};
};

struct BooksView {
    std::vector<BookView> books;  ///< the current one last
    std::uint64_t pulled = 0;     ///< entries of the lawyer's other PCs, which are in none of them
};

/// The acts of the register's owner: the only class that shows confidential fields. Cheap to make;
/// `registry` outlives it. An act is durable when it returns. Any call \throws StoreError.
class OwnerSession {
public:
    explicit OwnerSession(Register& registry);

    /// Records a new entry; or what is wrong with the fields.
    [[nodiscard]] platform::Expected<Recorded, std::vector<FieldError>> add(
        const EntryTexts& input);

    /// What would leave if this were recorded now, as JSON; empty: nothing would.
    [[nodiscard]] platform::Expected<std::string, std::vector<FieldError>> preview(
        const EntryTexts& input) const;

    /// LikeEntries::find() for `input`; nothing also if it can't be recorded.
    [[nodiscard]] std::optional<platform::Message> like(const EntryTexts& input) const;

    /// Checks all rows and records none. Rows of an earlier import are recognised: by the id of an
    /// entry here, else by their fields, the k-th of equal rows as the k-th of equal rows then.
    [[nodiscard]] ImportCheck check_import(RowSource& rows, const ImportOptions& options);
    /// Records all good rows of the check in one transaction, or none if it refused().
    [[nodiscard]] ImportReport import(RowSource& rows, ImportCheck check, const Progress& progress);
    [[nodiscard]] ImportReport import(const std::vector<ImportRow>& rows,
                                      const ImportOptions& options, const Progress& progress);

    /// A new version with other fields; those not given stay. The class never widens; it becomes
    /// `local` (`withdrawn` if it has left) where the entry now concerns a minor, or the policy now
    /// keeps it here. \throws StoreError: absent; refused for a voided entry, one in conflict, an
    /// empty reason, or when nothing would change; withdraws, where that was not agreed to
    [[nodiscard]] platform::Expected<Revised, std::vector<FieldError>> amend(
        const std::string& name, const GivenFields& fields, const std::string& reason,
        Withdrawal withdrawal = Withdrawal::not_agreed);

    /// Voids an entry; it stays readable. \throws StoreError: absent; refused for one that is void
    [[nodiscard]] Revised void_entry(const std::string& name, const std::string& reason);

    /// Gives an entry another class; nothing happens if it has it. A body that waits in its old
    /// class leaves the outbox, so what was never sent leaves no trace. \throws StoreError: absent;
    /// refused: `local` for what has left (`withdrawn` asks the peer to forget it), `withdrawn` for
    /// what has not, anything for what is withdrawn, what lets a minor's entry leave, a wider class
    /// on another than the recording PC or before a restored register has read the feed, an empty
    /// reason
    [[nodiscard]] Revised classify(const std::string& name, DisclosureClass disclosure,
                                   const std::string& reason);

    /// Open conflicts, in order of number, entries of other PCs last.
    [[nodiscard]] std::vector<ConflictView> conflicts() const;

    /// Resolves a conflict: sends a child of the leaf that all installations show, also where it
    /// changes nothing; the leaf that disagreed is merged into it. Of kind "deleted" the one field
    /// is "deleted": mine writes the entry again, theirs leaves it deleted there; of kind
    /// "foreign", theirs takes the foreign value. \throws StoreError: absent; refused when there is
    /// no conflict, a field is not in it or has no choice, or it is "unverifiable"; withdraws, as
    /// amend()
    [[nodiscard]] platform::Expected<Revised, std::vector<FieldError>> resolve(
        const std::string& name, const std::map<std::string, Choice>& choices,
        const Resolution& how = {});

    /// Drops stored foreign documents, in several transactions, and ends conflicts about them. What
    /// the unified system shows anew is pulled anew, as the bounds allow. Works on a full disk.
    DroppedForeign drop_foreign(ForeignScope scope);

    /// Moves a quarantined entry to the outbox again. \throws StoreError: absent; refused when it
    /// is not quarantined, or may not leave
    [[nodiscard]] Revised retry(const std::string& name);

    /// Current versions without a signature, of every class; `first` as in ListQuery.
    struct SigningPage {
        std::vector<SigningTask> tasks;
        std::optional<std::uint64_t> next;
    };
    [[nodiscard]] SigningPage to_sign(std::uint64_t first, std::size_t count_max) const;
    /// The same for one entry. \throws StoreError: absent; refused when it is signed
    [[nodiscard]] SigningTask to_sign(const std::string& name) const;

    /// Attaches a detached CMS, DER, to that version. \throws StoreError: absent; refused by
    /// signature_rules.h, or when the version is not the current one, or signed
    [[nodiscard]] Signed attach(const std::string& name, std::uint32_t version,
                                std::string_view cms);

    /// By number of the current book, id, or a prefix of an id that names one entry only.
    /// \throws StoreError, absent
    [[nodiscard]] EntryView show(const std::string& name) const;
    /// Its versions, the oldest first. \throws StoreError, absent
    [[nodiscard]] std::vector<VersionView> history(const std::string& name) const;

    /// \throws StoreError, absent for a book that isn't here
    [[nodiscard]] EntryPage list(const ListQuery& query) const;

    /// Reads two entries a book, however many there are.
    [[nodiscard]] BooksView books() const;

    /// Visits entries of every book, in order of number, whose current version has `text` in a
    /// confidential field or its reason, until `visit` returns false. Case, and Latin or Cyrillic
    /// i, don't matter. Decrypts as it goes.
    void search(std::string_view text, const std::function<bool(const EntryView&)>& visit,
                const Progress& progress) const;

    /// An entry of which at least one version could be read.
    struct Salvaged {
        EntryView entry;
        std::vector<VersionView> history;
        std::vector<std::uint32_t> missing;  ///< versions that could not be read
        bool uncertain = false;              ///< a later version may be lost
    };
    struct SalvageReport {
        std::uint64_t entries = 0;
        std::uint64_t versions = 0;
        std::uint64_t signatures = 0;
        std::uint64_t uncertain = 0;
        std::uint64_t lost = 0;             ///< entries of which a head, but no version, is left
        std::uint64_t signatures_lost = 0;  ///< of the entries that are read
        /// The byte from which a backup is damaged; nothing: it is whole, or it was no backup.
        std::optional<std::uint64_t> damaged_at{};
    };
    using VisitSalvaged = std::function<void(const Salvaged&)>;
    /// Reads what can still be deciphered of a register that may be too damaged to be opened. Only
    /// reads the file. In order of number. \throws StoreError: absent, wrong_key, io
    static SalvageReport salvage(const RegisterSettings& settings, const platform::KeyStore& keys,
                                 platform::Random& random, const VisitSalvaged& visit);
    /// The same for a backup that is damaged or cut off. \throws StoreError: also refused for a
    /// mistyped code, damaged when not even its head can be read
    static SalvageReport salvage_backup(const std::filesystem::path& file,
                                        const std::string& recovery_code, platform::Random& random,
                                        const VisitSalvaged& visit);
    /// The same for rows that were taken already. \throws StoreError, wrong_key, when none opens
    static SalvageReport tell(const SalvagedRows& rows, const VisitSalvaged& visit);

private:
    struct Import;
    class LikeEntries;
    struct Change;

    [[nodiscard]] RuleContext rules(platform::WallTime now, bool importing) const;
    [[nodiscard]] EntryVersion version_of(EntryDraft&& draft, platform::WallTime now,
                                          bool importing) const;
    [[nodiscard]] std::string checked_reason(const std::string& reason) const;
    [[nodiscard]] Change begin_change(const Writers& writers, const std::string& name) const;
    void finish_change(Change& change, const std::string& reason, Act act) const;
    [[nodiscard]] RuleContext rules_for(const Change& change) const;
    void end_conflict(Change& change) const;
    void keep_back(Change& change, const ConflictRecord& conflict) const;
    static void expect_disclosed(const GivenFields& fields, DisclosureClass disclosure);
    void expect_allowed(const Change& change, DisclosureClass disclosure) const;
    void record_class_act(Change& change, DisclosureClass before) const;
    void reconcile(Change& change) const;
    /// Puts checked fields in the version; returns warnings. Throws BadFields.
    std::vector<FieldError> put_content(Change& change, const GivenFields& given) const;
    [[nodiscard]] static bool goes_out(const Change& change);
    void send_again(Change& change) const;
    void resolve_fields(Change& change, const ConflictRecord& record,
                        const std::map<std::string, Choice>& choices, const Resolution& how,
                        Revised& result) const;
    void resolve_deletion(Change& change, const std::map<std::string, Choice>& choices,
                          const Resolution& how) const;

    /// A version's fields, without number, delivery and signature.
    [[nodiscard]] static EntryView content_view(const EntryVersion& version);
    /// When the entry of that number was recorded; empty: there is none.
    [[nodiscard]] static std::string recorded_at(const BookReader& book, BookNumber number);
    [[nodiscard]] EntryView view_of(const VaultReader& vault, const Books& books,
                                    const EntryId& id) const;
    /// `record`: the version's journal record; nothing: not known.
    [[nodiscard]] static VersionView version_view(const EntryVersion& version, std::uint32_t number,
                                                  const std::optional<JournalRecord>& record);
    [[nodiscard]] static Salvaged salvaged(const SalvagedRows& rows, const SalvagedEntry& entry);
    [[nodiscard]] std::string void_reason(const BookReader& book, const EntryVersion& current,
                                          const EntryHead& head) const;
    [[nodiscard]] bool has_text(const EntryVersion& version, std::string_view folded) const;

    OpenRegister& open_;
};

/// Column 7, empty without a record.
[[nodiscard]] SignatureView view_of(const std::optional<SignatureRecord>& record,
                                    platform::UtcOffset offset);
[[nodiscard]] std::optional<platform::Message> clock_warning(std::uint8_t marks);
/// VersionView::reason as a person typed it; empty: it is of this program.
[[nodiscard]] std::string typed_reason(const std::string& reason);

/// The fields in which a later version differs from an earlier one.
[[nodiscard]] std::vector<FieldChange> changes_between(const EntryView& before,
                                                       const EntryView& after);

}  // namespace tizilim::store
