#include "store/merge/foreign_documents.h"

#include "platform/text/json.h"
#include "store/book/books.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/merge/revision_rows.h"
#include "store/merge/revision_tree.h"
#include "store/merge/tuning.h"
#include "store/replication/replication.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// Stored, as a keyed hash. Never rename.
constexpr std::string_view kTallyName = "foreign_documents";

/// Disk that a pulled document takes beside its body and the digests of its ancestors.
constexpr std::uint64_t kPulledRowBytes = std::uint64_t{16} << 10;

void put_tally(VaultWriter& vault, const ForeignTally& tally) {
    write_meta(vault, kTallyName, pack(tally));
}

std::uint64_t less(std::uint64_t from, std::uint64_t count) {
    return from - std::min(from, count);
}

/// How many documents, and the bytes of their rows.
struct Size {
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;

    void add(std::uint64_t more) {
        ++documents;
        bytes += more;
    }
};

std::uint64_t row_bytes(const RemoteDocument& document) {
    std::uint64_t bytes = kPulledRowBytes + platform::canonical_json(document.body).size();
    for (const std::string& ancestor : document.ancestors) bytes += ancestor.size();
    return bytes;
}

}  // namespace

ForeignTally foreign_tally(const VaultReader& vault) {
    const auto bytes = read_meta(vault, kTallyName);
    return bytes ? unpack<ForeignTally>(*bytes) : ForeignTally{};
}

bool foreign_are_counted(const VaultReader& vault) {
    return read_meta(vault, kTallyName).has_value();
}

void count_foreign_in(VaultWriter& vault, std::uint64_t bytes) {
    ForeignTally tally = foreign_tally(vault);
    ++tally.documents;
    tally.bytes += bytes;
    put_tally(vault, tally);
}

void count_foreign_out(VaultWriter& vault, std::uint64_t bytes) {
    ForeignTally tally = foreign_tally(vault);
    tally.documents = less(tally.documents, 1);
    tally.bytes = less(tally.bytes, bytes);
    put_tally(vault, tally);
}

void count_foreign_left_out(VaultWriter& vault, std::uint64_t documents) {
    ForeignTally tally = foreign_tally(vault);
    tally.left_out += documents;
    put_tally(vault, tally);
}

void recount_foreign(VaultWriter& vault) {
    ForeignTally tally;
    for (const Table table : {Table::revisions, Table::unified}) {
        vault.scan(table, {}, [&](std::string_view, const std::string& bytes) {
            if (unpack<RevisionRecord>(bytes).is_verified()) return true;
            ++tally.documents;
            tally.bytes += bytes.size();
            return true;
        });
    }
    put_tally(vault, tally);
}

ForeignLimits foreign_limits(const VaultReader& vault, const ForeignBounds& bounds) {
    const std::uint64_t entries = vault.count(Table::entries);
    return {bounds.documents_max + entries * bounds.documents_an_entry,
            bounds.bytes_max + entries * bounds.bytes_an_entry};
}

bool has_room_for_foreign(const VaultReader& vault, const DocumentName& name,
                          const RevisionRecord& record, const ForeignBounds& bounds) {
    Size beside;
    Size replaced;
    for (const RevisionRecord& held : revisions_of(vault, name)) {
        if (held.is_verified()) continue;
        const bool is_replaced =
            name.table == Table::unified && RevisionSet::descends(record, held.revision);
        (is_replaced ? replaced : beside).add(pack(held).size());
    }
    const std::uint64_t bytes = pack(record).size();
    const bool is_one_too_many =
        beside.documents >= bounds.leaves_max || beside.bytes + bytes > bounds.leaves_bytes_max;
    if (is_one_too_many) return false;
    const ForeignTally tally = foreign_tally(vault);
    const ForeignLimits limits = foreign_limits(vault, bounds);
    const bool documents_fit = replaced.documents > 0 || tally.documents < limits.documents_max;
    const bool bytes_fit =
        bytes <= replaced.bytes || less(tally.bytes, replaced.bytes) + bytes <= limits.bytes_max;
    return documents_fit && bytes_fit;
}

RevisionRecord received(const VaultReader& vault, std::string_view register_key,
                        const DocumentName& name, const RemoteDocument& document) {
    RevisionRecord record{document.revision, document.ancestors, document.deleted, Origin::foreign,
                          platform::canonical_json(document.body)};
    if (name.table != Table::revisions) return record;
    return examined(register_key, document.id, std::move(record), revisions_of(vault, name));
}

std::uint64_t room_for(const VaultReader& vault, std::string_view register_key,
                       const std::vector<RemoteDocument>& documents, const ForeignBounds& bounds) {
    std::uint64_t bytes = 0;
    std::set<EntryId> coming;
    std::vector<std::pair<EntryId, std::uint64_t>> foreign;
    for (const RemoteDocument& document : documents) {
        const std::optional<DocumentName> name = DocumentName::parse(document.id);
        if (!name) continue;
        if (!received(vault, register_key, *name, document).is_verified()) {
            foreign.emplace_back(name->id, row_bytes(document));
            continue;
        }
        bytes += row_bytes(document);
        coming.insert(name->id);
    }
    std::uint64_t foreign_bytes = 0;
    for (const auto& [id, size] : foreign) {
        if (coming.contains(id) || vault.has(Table::entries, id.raw())) foreign_bytes += size;
    }
    const std::uint64_t left =
        less(foreign_limits(vault, bounds).bytes_max, foreign_tally(vault).bytes);
    return bytes + std::min(foreign_bytes, left);
}

}  // namespace tizilim::store
