#pragma once

#include "platform/expected.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/owner/act_results.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/owner/import_rows.h"
#include "store/owner/salvage_report.h"
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
class SalvagedRows;
class VaultReader;
class VaultWriter;
struct Books;
struct Change;
struct ConflictRecord;
struct EntryHead;
struct EntryVersion;
struct JournalRecord;
struct SalvagedEntry;

/// The acts of the register's owner: the only class that shows confidential fields. Cheap to make;
/// `registry` outlives it. An act is durable when it returns. Any call \throws StoreError.
class OwnerSession {
public:
    /// `seen_version`: that of the entry when the person decided on an act; amend(), void_entry()
    /// and classify() \throw ChangedMeanwhile where it has another.
    explicit OwnerSession(Register& registry, std::optional<std::uint32_t> seen_version = {});

    /// Records a new entry; or what is wrong with the fields. `draft`, where one is named, ends in
    /// the same transaction; one from which this entry was recorded records it no second time.
    /// \throws StoreError, refused, where that was another entry
    [[nodiscard]] platform::Expected<Recorded, std::vector<FieldError>> add(
        const EntryTexts& input, std::string_view draft = {});

    static constexpr std::size_t kDraftsMax = 20;
    static constexpr std::size_t kDraftBytesMax = std::size_t{64} << 10;
    static constexpr std::size_t kDraftNameMax = 64;
    /// What was begun and not recorded, the oldest first.
    [[nodiscard]] std::vector<DraftView> drafts() const;
    /// Keeps a draft, sealed, in the place of the one of that `id`, of 1 to kDraftNameMax bytes.
    /// \throws StoreError: refused for too long a text, one draft too many, or where an entry was
    /// recorded from it
    void keep_draft(std::string_view id, std::string text);
    /// Nothing happens where there is none.
    void discard_draft(std::string_view id);
    /// `input`, where it was recorded from that draft; nothing: nothing was. \throws StoreError,
    /// refused, where that was another entry
    [[nodiscard]] std::optional<Recorded> recorded_from(std::string_view draft_id,
                                                        const EntryTexts& input) const;

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

    [[nodiscard]] RuleContext rules_for(const Change& change) const;
    /// Puts checked fields in the version. Throws BadFields.
    void put_content(Change& change, const GivenFields& given) const;
    void resolve_fields(Change& change, const ConflictRecord& record,
                        const std::map<std::string, Choice>& choices, const Resolution& how) const;

    /// A version's fields, without number, delivery and signature.
    [[nodiscard]] static EntryView content_view(const EntryVersion& version);
    [[nodiscard]] EntryView view_of(const VaultReader& vault, const Books& books,
                                    const EntryId& id) const;
    /// `record`: the version's journal record; nothing: not known.
    [[nodiscard]] static VersionView version_view(const EntryVersion& version, std::uint32_t number,
                                                  const std::optional<JournalRecord>& record);
    [[nodiscard]] static Salvaged salvaged(const SalvagedRows& rows, const SalvagedEntry& entry);
    [[nodiscard]] static std::string void_reason(const BookReader& book,
                                                 const EntryVersion& current,
                                                 const EntryHead& head);
    [[nodiscard]] static bool has_text(const EntryVersion& version, std::string_view folded);

    [[nodiscard]] static std::optional<Recorded> recorded_in(const VaultReader& vault,
                                                             std::string_view draft_id,
                                                             const EntryTexts& input);
    /// Within the transaction that records `input` as `entry`: the draft's text goes.
    void end_draft(VaultWriter& vault, std::string_view draft_id, const EntryTexts& input,
                   const EntryId& entry);

    OpenRegister& open_;
    std::optional<std::uint32_t> seen_version_;
};

}  // namespace tizilim::store
