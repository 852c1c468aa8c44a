#include "platform/clock.h"
#include "platform/hex.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/keys/seal.h"
#include "store/merge/unified_questions.h"
#include "store/owner/brought_entry.h"
#include "store/owner/entry_view.h"
#include "store/owner/import_rows.h"
#include "store/owner/like_entries.h"
#include "store/owner/owner_change.h"
#include "store/owner/owner_session.h"
#include "store/owner/owner_views.h"
#include "store/owner/signature_rules.h"
#include "store/register/open_register.h"
#include "store/register/register.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

constexpr auto kBroughtOver = "brought_over";  // Detail of a journal record. Stored; never rename.

/// Disk that a row takes at most beside its texts.
constexpr std::uint64_t kRowBytes = 4096;

/// Collects problems of the first kBadRowsMax rows that have any, and the number of the others.
class BoundedProblems {
public:
    explicit BoundedProblems(std::vector<RowProblem>& problems) : problems_(problems) {}

    void add(std::uint64_t line, std::vector<FieldError> errors) {
        if (errors.empty() || ++rows_ > kBadRowsMax) return;
        for (FieldError& error : errors) problems_.push_back({line, std::move(error)});
    }
    [[nodiscard]] bool full() const { return rows_ == kBadRowsMax; }
    void say_how_many_more() {
        if (rows_ <= kBadRowsMax) return;
        const std::uint64_t line = problems_.empty() ? 1 : problems_.back().line;
        problems_.push_back(
            {line, {"file", {"import.more_rows_after", {{"count", rows_ - kBadRowsMax}}}}});
    }

private:
    std::vector<RowProblem>& problems_;
    std::uint64_t rows_ = 0;
};

std::uint64_t text_bytes(const EntryTexts& input) {
    std::uint64_t bytes = 0;
    for (const EntryField& field : entry_fields()) bytes += (input.*(field.text)).size();
    return bytes;
}

std::uint64_t bytes_of(const ImportRow& row) {
    std::uint64_t bytes = kRowBytes + 2 * text_bytes(row.input);
    if (!row.brought) return bytes;
    for (const BroughtVersion& version : row.brought->versions)
        bytes += 2 * (kRowBytes + text_bytes(version.input) + version.cms.size());
    return bytes;
}

std::uint64_t weight_of(const ImportRow& row) {
    return row.brought ? std::max<std::uint64_t>(1, row.brought->versions.size()) : 1;
}

/// Equal rows in one file are different entries: each gets a digest with its occurrence, from 1.
class RowIdentities {
public:
    std::string next(const EntryTexts& input) {
        Hasher hasher(Hasher::Size::bytes32);
        std::string text;
        for (const EntryField& field : entry_fields()) {
            const std::string& value = input.*(field.text);
            // Rows imported by an earlier version of this program had these fields alone.
            const bool is_new = &field - entry_fields().data() >= kFieldsOfTheFirstVersion;
            if (is_new && value.empty()) continue;
            if (is_new) text += field.name;
            text += std::to_string(value.size()) + ':' + value;
        }
        const Digest32 digest = hasher.add(text).digest32();
        return platform::to_hex(digest) + '/' + std::to_string(++occurrences_[digest]);
    }

private:
    static constexpr std::ptrdiff_t kFieldsOfTheFirstVersion = 15;
    std::map<Digest32, std::uint64_t> occurrences_;
};

RegisterSettings settings_for_any_key(RegisterSettings settings) {
    settings.own_key_only = false;
    return settings;
}

/// Keys by which a row of an earlier import is recognised: as read now, and as read by an earlier
/// version of this program, which did not trim.
struct RowKeys {
    std::string now;
    std::string earlier;
};

}  // namespace

/// One import: look_at() each row to check it, then record_all() in the transaction.
struct OwnerSession::Import {
    OwnerSession& session;
    RowSource& rows;
    ImportCheck& check;
    RuleContext context = rule_context(session.open_, check.now, true);
    BoundedProblems errors{check.report.errors};
    BoundedProblems warnings{check.report.warnings};
    RowIdentities identities{};
    RowIdentities earlier_identities{};
    /// Signatures that are brought over were judged by own_key_only when they were made.
    RegisterSettings any_key = settings_for_any_key(session.open_.settings);
    std::uint64_t weight = 0;

    /// False: stop.
    bool look_at(const VaultReader& vault, LikeEntries& like, const ReadRow& read) {
        const std::uint64_t row = check.rows++;
        weight += read ? weight_of(*read) : 1;
        if (!read) {
            errors.add(read.error().line, {read.error().error});
            return goes_on(read.error().line);
        }
        const EntryTexts input = normalised(read->input);
        if (is_there(vault, *read, keys_of(vault, *read, input))) {
            if (auto more = unknown_versions(vault, *read); !more.empty()) {
                errors.add(read->line, std::move(more));
            } else {
                ++check.report.already_there;
            }
            return goes_on(read->line);
        }
        std::vector<FieldError> doubtful;
        std::vector<FieldError> wrong = faults_of(*read, input, doubtful);
        if (wrong.empty() && !read->brought) {
            if (check.options.refuse_repeated) wrong = repetition(input, like);
            if (!wrong.empty()) {
                check.repeated.insert(row);
            } else if (const auto line = like.find_or_note(content_of(input), read->line)) {
                doubtful.push_back({"row", {"import.like_line", {{"line", *line}}}});
            }
        }
        if (wrong.empty()) {
            ++check.good;
            check.bytes += bytes_of(*read);
        } else {
            errors.add(read->line, std::move(wrong));
        }
        warnings.add(read->line, std::move(doubtful));
        return goes_on(read->line);
    }

    /// `found`: warnings for the lawyer. May run again, with its transaction.
    void record_all(const Writers& writers, const Progress& progress,
                    std::vector<RowProblem>& found) {
        check.report.recorded = 0;
        check.report.already_there = 0;
        check.report.became_pending = false;
        found.clear();
        BoundedProblems later{found};
        identities = {};
        earlier_identities = {};
        rows.rewind();
        std::uint64_t row = 0;
        for (auto read = rows.next(); read; read = rows.next()) {
            if (progress) progress(row, check.rows);
            if (check.repeated.contains(row++) || !*read) continue;
            const EntryTexts input = normalised((*read)->input);
            const RowKeys keys = keys_of(writers.vault, **read, input);
            if (is_there(writers.vault, **read, keys)) {
                ++check.report.already_there;
            } else {
                record(writers, **read, input, keys, later);
            }
        }
        later.say_how_many_more();
    }

private:
    [[nodiscard]] bool goes_on(std::uint64_t line) {
        auto& problems = check.report.errors;
        if (weight > kImportRowsMax) {
            check.too_large = true;
            problems.push_back(
                {line, {"file", {"import.too_many_rows", {{"max", kImportRowsMax}}}}});
            return false;
        }
        if (!errors.full() || check.options.keep_going) return true;
        const std::uint64_t left = rows.lines_left();
        if (left == 0) return true;
        problems.push_back(
            {line,
             {"file", {"import.rest_not_looked_at", {{"left", left}, {"bad", kBadRowsMax}}}}});
        return false;
    }

    /// A row with BroughtEntry is recognised by its id alone.
    [[nodiscard]] RowKeys keys_of(const VaultReader& vault, const ImportRow& row,
                                  const EntryTexts& input) {
        if (row.brought) return {};
        return {vault.index("import", identities.next(input)),
                vault.index("import", earlier_identities.next(row.input))};
    }

    [[nodiscard]] static bool is_there(const VaultReader& vault, const ImportRow& row,
                                       const RowKeys& keys) {
        const std::optional<EntryId> id = EntryId::parse(row.id);
        if (id && vault.has(Table::entries, id->raw())) return true;
        return !row.brought &&
               (vault.has(Table::imports, keys.now) || vault.has(Table::imports, keys.earlier));
    }

    [[nodiscard]] std::vector<FieldError> faults_of(const ImportRow& row, const EntryTexts& input,
                                                    std::vector<FieldError>& doubtful) const {
        if (row.brought) {
            auto brought = versions_of(row, context, session.open_.settings.utc_offset);
            if (!brought) return brought.error();
            doubtful = brought->warnings;
            return {};
        }
        if (check.options.brought_only) return {{"row", {"import.row_without_history"}}};
        auto draft = store::check(input, context);
        if (!draft) return draft.error();
        doubtful = draft->warnings;
        return {};
    }

    /// Of a row without faults.
    [[nodiscard]] EntryContent content_of(const EntryTexts& input) const {
        return store::check(input, context)->content;
    }

    /// An entry that is here is not changed. It is an error that the file has versions of it that
    /// are not here: the entry may have come from a file that had fewer.
    [[nodiscard]] std::vector<FieldError> unknown_versions(const VaultReader& vault,
                                                           const ImportRow& row) const {
        const auto id = EntryId::parse(row.id);
        if (!id || !row.brought) return {};
        auto brought = versions_of(row, context, session.open_.settings.utc_offset);
        if (!brought) return brought.error();
        const BookReader book(vault);
        std::vector<EntryView> here;
        const std::uint32_t count = book.expect_head(*id).versions;
        for (std::uint32_t number = 1; number <= count; ++number)
            here.push_back(content_view(book.version(*id, number)));
        for (const BroughtVersions::Version& one : brought->versions) {
            const bool is_known =
                std::any_of(here.begin(), here.end(), [&](const EntryView& known) {
                    EntryView brought_view = content_view(one.version);
                    if (one.class_is_ours) brought_view.disclosure = known.disclosure;
                    return changes_between(known, brought_view).empty();
                });
            if (is_known) continue;
            return {{"row", {"import.other_versions", {{"count", count}, {"entry", row.id}}}}};
        }
        return {};
    }

    [[nodiscard]] std::vector<FieldError> repetition(const EntryTexts& input,
                                                     LikeEntries& like) const {
        const auto found = like.find(content_of(input));
        if (!found) return {};
        return {{"row", {"import.like_entry", {{"entry", platform::as_json(*found)}}}}};
    }

    void record(const Writers& writers, const ImportRow& row, const EntryTexts& input,
                const RowKeys& keys, BoundedProblems& later) {
        EntryHead head;
        if (row.brought) {
            auto brought = versions_of(row, context, session.open_.settings.utc_offset);
            if (!brought) return;
            std::vector<FieldError> lost;
            head = bring_over(writers, *std::move(brought), *row.brought, lost);
            later.add(row.line, std::move(lost));
        } else {
            auto draft = store::check(input, context);
            if (!draft) return;
            EntryVersion version =
                first_version(session.open_, EntryDraft(*draft), check.now, true);
            const EntryId id = version.entry.id;
            head = record_anew(writers, std::move(version), *draft);
            writers.vault.put(Table::imports, keys.now, id.raw());
        }
        ++check.report.recorded;
        check.report.became_pending |= head.delivery == DeliveryState::pending;
    }

    [[nodiscard]] EntryHead record_anew(const Writers& writers, EntryVersion version,
                                        const EntryDraft& draft) const {
        const DeliveryState state = session.open_.first_state(version.entry.disclosure);
        session.open_.stamp_author_and_clock(version, writers.journal);
        EntryHead head = writers.book.insert(version, state, Act::imported);
        if (!draft.voided) return head;
        version.entry.state = EntryState::voided;
        version.reason = draft.void_reason;
        version.salt = session.open_.random.bytes<sizeof(Digest32)>();
        EntryCodec::commit(version, session.open_.settings.policy);
        session.open_.stamp_author_and_clock(version, writers.journal);
        writers.book.revise(std::move(version), head, state, Act::voided);
        return head;
    }

    /// Records the versions as they were, each with its signature if that is accepted. `lost`:
    /// what could not be kept.
    [[nodiscard]] EntryHead bring_over(const Writers& writers, BroughtVersions brought,
                                       const BroughtEntry& said, std::vector<FieldError>& lost) {
        EntryHead head;
        std::size_t number = 0;
        for (BroughtVersions::Version& one : brought.versions) {
            EntryVersion& version = one.version;
            if (version.salt == Digest32{} && version.entry.commitment.empty())
                version.salt = session.open_.random.bytes<sizeof(Digest32)>();
            const std::string said_commitment = version.entry.commitment;
            EntryCodec::commit(version, session.open_.settings.policy);
            const DeliveryState state = session.open_.first_state(version.entry.disclosure);
            ++number;
            if (!one.class_is_ours && said_commitment != version.entry.commitment)
                lost.push_back(
                    {"commitment", {"import.commitment_differs", {{"version", number}}}});
            if (number == 1) {
                head = writers.book.insert(std::move(version), state, Act::brought_over, one.act,
                                           said.pulled);
            } else {
                writers.book.revise(std::move(version), head, state, Act::brought_over, one.act);
            }
            if (one.cms.empty()) continue;
            const auto accepted =
                accept_signature(writers.book, {brought.id, head.versions}, one.cms,
                                 {any_key, session.open_.trusted, check.now});
            if (accepted) {
                writers.book.attach(brought.id, head, accepted->record, kBroughtOver);
            } else {
                lost.push_back(
                    {"signature",

                     {"import.signature_left_out",
                      {{"version", number}, {"why", platform::as_json(accepted.error())}}}});
            }
        }
        if (brought.stays_here) keep_here(writers, brought.id, head);
        if (head.delivery != DeliveryState::local) ask_for_unified(writers.vault, brought.id);
        const auto given = static_cast<std::uint64_t>(number_shown(head.number));
        if (said.number != 0 && said.number != given)
            lost.push_back({"number", other_number(said, given)});
        return head;
    }

    [[nodiscard]] static Message other_number(const BroughtEntry& said, std::uint64_t given) {
        Message message{"import.other_number", {{"was", said.number}, {"now", given}}};
        if (said.book.empty()) return message;
        message.code = "import.other_number_and_book";
        message.values.push_back({"book", said.book});
        return message;
    }

    /// Makes the entry `local` until the lawyer classifies it.
    void keep_here(const Writers& writers, const EntryId& id, EntryHead& head) const {
        EntryVersion version = writers.book.version(id, head.versions);
        if (version.entry.disclosure == DisclosureClass::local) return;
        version.entry.disclosure = DisclosureClass::local;
        version.reason = Confidential(platform::packed({"import.stays_here"}));
        // Other fields are withheld now. A pulled entry's commitment is carried along.
        if (!is_pulled(head.number)) version.salt = session.open_.random.bytes<sizeof(Digest32)>();
        EntryCodec::commit(version, session.open_.settings.policy);
        session.open_.stamp_author_and_clock(version, writers.journal);
        writers.book.revise(std::move(version), head, DeliveryState::local, Act::classified);
    }
};

ImportCheck OwnerSession::check_import(RowSource& rows, const ImportOptions& options) {
    ImportCheck check{.options = options, .now = open_.clock.wall_now(), .report = {}};
    Import import{*this, rows, check};
    open_.vault.read([&](const VaultReader& vault) {
        LikeEntries like(vault);
        rows.rewind();
        for (auto read = rows.next(); read; read = rows.next())
            if (!import.look_at(vault, like, *read)) return;
    });
    import.errors.say_how_many_more();
    import.warnings.say_how_many_more();
    return check;
}

ImportReport OwnerSession::import(RowSource& rows, ImportCheck check, const Progress& progress) {
    if (check.refused() || check.rows == 0) return std::move(check.report);
    std::vector<RowProblem> found;
    {
        Import import{*this, rows, check};
        open_.act(kEntryBytes + check.bytes,
                  [&](const Writers& writers) { import.record_all(writers, progress, found); });
    }
    auto& warnings = check.report.warnings;
    warnings.insert(warnings.end(), found.begin(), found.end());
    if (progress) progress(check.rows, check.rows);
    return std::move(check.report);
}

ImportReport OwnerSession::import(const std::vector<ImportRow>& rows, const ImportOptions& options,
                                  const Progress& progress) {
    GivenRows given(rows);
    return import(given, check_import(given, options), progress);
}

}  // namespace tizilim::store
