#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/merge/foreign_documents.h"
#include "store/merge/reconciler.h"
#include "store/merge/revision_rows.h"
#include "store/owner/conflict_view.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/replication/revision.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {
namespace {

/// Rows dropped in one transaction: its pages are in memory until it ends.
constexpr std::size_t kDroppedAtOnce = 2'000;

struct ForeignRow {
    DocumentName name;
    Revision revision;
};

/// Walks through the foreign rows of one table, in parts.
class ForeignRows {
public:
    ForeignRows(Table table, ForeignScope scope) : table_(table), scope_(scope) {}

    /// The next part; empty: there are no more.
    [[nodiscard]] std::vector<ForeignRow> next(const VaultReader& vault) {
        std::vector<ForeignRow> rows;
        const std::string from = from_;
        vault.scan(table_, from, [&](std::string_view key, const std::string& bytes) {
            // The least key after this one.
            from_ = std::string(key) + '\0';
            const auto record = unpack<RevisionRecord>(bytes);
            const EntryId id = EntryId::from_raw(key.substr(0, sizeof(EntryId::bytes)));
            const bool is_meant = !record.is_verified() &&
                                  (scope_ == ForeignScope::of_entries_too || !is_here(vault, id));
            if (is_meant) rows.push_back({{table_, id}, record.revision});
            return rows.size() < kDroppedAtOnce;
        });
        return rows;
    }

    [[nodiscard]] static bool is_here(const VaultReader& vault, const EntryId& id) {
        return vault.has(Table::entries, id.raw());
    }

private:
    Table table_;
    ForeignScope scope_;
    std::string from_{};
};

/// Drops those that are still there and foreign, and adds their entries that are here to `touched`.
DroppedForeign drop_rows(VaultWriter& vault, const std::vector<ForeignRow>& rows,
                         std::set<EntryId>& touched) {
    DroppedForeign dropped;
    for (const auto& [name, revision] : rows) {
        const std::optional<RevisionRecord> record = find_revision(vault, name, revision);
        if (!record || record->is_verified()) continue;
        erase_revision(vault, name, revision);
        ++dropped.documents;
        dropped.bytes += pack(*record).size();
        if (ForeignRows::is_here(vault, name.id)) touched.insert(name.id);
    }
    return dropped;
}

std::string text_of(const DroppedForeign& dropped) {
    return "documents=" + std::to_string(dropped.documents) +
           " bytes=" + std::to_string(dropped.bytes);
}

}  // namespace

DroppedForeign OwnerSession::drop_foreign(ForeignScope scope) {
    DroppedForeign in_all;
    for (const Table table : {Table::unified, Table::revisions}) {
        ForeignRows walk(table, scope);
        while (true) {
            std::vector<ForeignRow> rows;
            open_.vault.read([&](const VaultReader& vault) { rows = walk.next(vault); });
            if (rows.empty()) break;
            DroppedForeign dropped;
            open_.act_freeing([&](const Writers& writers) {
                std::set<EntryId> touched;
                dropped = drop_rows(writers.vault, rows, touched);
                writers.journal.append(Act::foreign_dropped, {}, {}, text_of(dropped));
                for (const EntryId& id : touched) {
                    Reconciler(writers.vault, writers.journal, writers.book, open_.merge_rules())
                        .reconcile(id, {});
                }
            });
            in_all.documents += dropped.documents;
            in_all.bytes += dropped.bytes;
        }
    }
    // Sets left_out to 0, and counts a register of an older version of this program.
    open_.act_freeing([](const Writers& writers) { recount_foreign(writers.vault); });
    return in_all;
}

}  // namespace tizilim::store
