#include "platform/clock.h"
#include "platform/hex.h"
#include "store/book.h"
#include "store/codes.h"
#include "store/confidential.h"
#include "store/entry.h"
#include "store/owner_session.h"
#include "store/records.h"
#include "store/register.h"
#include "store/register_impl.h"
#include "store/rules.h"
#include "store/seal.h"
#include "store/tables.h"
#include "store/vault.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::store {

/// One import: rows checked first, then written in one transaction.
struct OwnerSession::Import {
    /// A row that is good.
    struct Row {
        EntryVersion version;
        std::optional<EntryVersion> voided{};  ///< on top of it
        std::string identity;
        std::string id;  ///< of the entry that was exported; empty: none
    };

    OwnerSession& session;
    platform::WallTime now;
    ImportReport report;
    std::vector<Row> rows;

    void check_row(const ImportRow& row, const RuleContext& context) {
        auto draft = check(row.input, context);
        if (!draft) {
            for (const FieldError& error : draft.error())
                report.errors.push_back({row.line, error});
            return;
        }
        for (const FieldError& warning : draft->warnings) {
            report.warnings.push_back({row.line, warning});
        }
        Row good{
            session.version_of(EntryDraft(*draft), now, true), {}, row_identity(row.input), row.id};
        if (draft->voided) good.voided = voided_of(good.version, draft->void_reason);
        rows.push_back(std::move(good));
    }

    [[nodiscard]] EntryVersion voided_of(const EntryVersion& version,
                                         const Confidential<std::string>& reason) const {
        EntryVersion voided = version;
        voided.entry.state = EntryState::voided;
        voided.reason = reason;
        voided.salt = session.impl_.random.bytes<sizeof(Digest32)>();
        EntryCodec::settle(voided, session.impl_.settings.policy);
        return voided;
    }

    /// Of disk, at most.
    [[nodiscard]] std::uint64_t bytes() const {
        constexpr std::uint64_t kRowBytes = 4096;
        return kEntryBytes + rows.size() * kRowBytes + 2 * text_bytes;
    }

    /// Equal rows in one file are different cases; an index tells the first from the second.
    std::string row_identity(const EntryInput& input) {
        std::string text;
        for (const std::string* field :
             {&input.application_date, &input.recorded_date, &input.late_reason, &input.basis_type,
              &input.basis_number, &input.basis_date, &input.basis_issuer, &input.essence,
              &input.form, &input.minutes, &input.minor, &input.disclosure, &input.language,
              &input.state, &input.void_reason}) {
            text += std::to_string(field->size()) + ':' + *field;
        }
        text_bytes += text.size();
        const Digest32 digest = Hasher(Hasher::Size::bytes32).add(text).digest32();
        const std::string name = platform::to_hex(digest);
        return name + '/' + std::to_string(++occurrences[name]);
    }

    [[nodiscard]] static bool is_there(const Writers& writers, const Row& row,
                                       const std::string& key) {
        const std::optional<EntryId> id = EntryId::parse(row.id);
        return writers.vault.has(Table::imports, key) ||
               (id && writers.vault.has(Table::entries, id->raw()));
    }

    void write(const Writers& writers, const Progress& progress) {
        report.recorded = 0;
        report.already_there = 0;
        report.became_pending = false;
        std::uint64_t done = 0;
        for (Row& row : rows) {
            if (progress) progress(done++, rows.size());
            const std::string key = writers.vault.index("import", row.identity);
            if (is_there(writers, row, key)) {
                ++report.already_there;
                continue;
            }
            const DeliveryState state = session.impl_.first_state(row.version.entry.disclosure);
            session.impl_.sign_off(row.version, writers.journal);
            EntryHead head = writers.book.insert(row.version, state, Act::imported);
            if (row.voided) {
                session.impl_.sign_off(*row.voided, writers.journal);
                writers.book.revise(*row.voided, head, state, Act::voided);
            }
            writers.vault.put(Table::imports, key, row.version.entry.id.raw());
            ++report.recorded;
            report.became_pending |= state == DeliveryState::pending;
        }
    }

    std::uint64_t text_bytes = 0;
    std::map<std::string, std::uint64_t> occurrences;  ///< of equal rows, so far
};

ImportReport OwnerSession::import(const std::vector<ImportRow>& rows, const ImportOptions& options,
                                  const Progress& progress) {
    Import import{*this, impl_.clock.wall_now(), {}, {}, 0, {}};
    const RuleContext context = this->rules(import.now, true);
    for (const ImportRow& row : rows) import.check_row(row, context);
    const bool refused = !import.report.errors.empty() && !options.keep_going;
    if (!refused && !import.rows.empty()) {
        impl_.act(import.bytes(), [&](const Writers& writers) { import.write(writers, progress); });
        if (progress) progress(rows.size(), rows.size());
    }
    return std::move(import.report);
}

}  // namespace tizilim::store
