#include "store/revisions.h"

#include "platform/hex.h"
#include "store/entry.h"
#include "store/leaves.h"
#include "store/records.h"
#include "store/revision.h"
#include "store/seal.h"
#include "store/tables.h"
#include "store/vault.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

std::string revision_key(const VaultReader& vault, const DocumentName& name,
                         const Revision& revision) {
    return std::string(name.id.raw()) + vault.index("revision", revision.to_string());
}

}  // namespace

std::optional<DocumentName> DocumentName::parse(std::string_view document_id) {
    constexpr std::string_view kEntry = "entry:";
    constexpr std::string_view kUnified = "unified:";
    const bool entry = document_id.starts_with(kEntry);
    if (!entry && !document_id.starts_with(kUnified)) return {};
    document_id.remove_prefix(entry ? kEntry.size() : kUnified.size());
    const std::optional<EntryId> id = EntryId::parse(document_id);
    if (!id) return {};
    return DocumentName{entry ? Table::revisions : Table::unified, *id};
}

Revision next_revision(std::string_view register_key, const std::string& document_id,
                       const std::optional<Revision>& parent, bool deleted, std::string_view body) {
    const Digest16 digest = Hasher(Hasher::Size::bytes16, register_key)
                                .add(document_id)
                                .add(std::uint64_t{deleted ? 1U : 0U})
                                .add(parent ? parent->to_string() : std::string())
                                .add(body)
                                .digest16();
    return {parent ? parent->generation + 1 : 1, platform::to_hex(digest)};
}

bool verifies(std::string_view register_key, const std::string& document_id,
              const RevisionRecord& record) {
    std::optional<Revision> parent;
    if (record.revision.generation > 1) {
        if (record.ancestors.empty()) return false;
        parent = Revision{record.revision.generation - 1, record.ancestors.front()};
    }
    return record.revision ==
           next_revision(register_key, document_id, parent, record.deleted, record.body);
}

std::optional<RevisionRecord> find_revision(const VaultReader& vault, const DocumentName& name,
                                            const Revision& revision) {
    const auto bytes = vault.get(name.table, revision_key(vault, name, revision));
    if (!bytes) return {};
    return unpack<RevisionRecord>(*bytes);
}

bool has_revision(const VaultReader& vault, const DocumentName& name, const Revision& revision) {
    return vault.has(name.table, revision_key(vault, name, revision));
}

std::vector<RevisionRecord> revisions_of(const VaultReader& vault, const DocumentName& name) {
    std::vector<RevisionRecord> records;
    vault.scan(name.table, name.id.raw(), [&](std::string_view key, const std::string& bytes) {
        if (!key.starts_with(name.id.raw())) return false;
        records.push_back(unpack<RevisionRecord>(bytes));
        return true;
    });
    return records;
}

namespace {

RevisionRecord made_here(std::string_view register_key, const std::string& document_id,
                         const RevisionRecord& parent, bool deleted, std::string body) {
    RevisionRecord record;
    record.revision = next_revision(register_key, document_id, parent.revision, deleted, body);
    record.ancestors = parent.ancestors;
    record.ancestors.insert(record.ancestors.begin(), parent.revision.digest);
    record.deleted = deleted;
    record.body = std::move(body);
    return record;
}

}  // namespace

RevisionRecord tombstone_of(std::string_view register_key, const std::string& document_id,
                            const RevisionRecord& leaf) {
    return made_here(register_key, document_id, leaf, true, "{}");
}

RevisionRecord child_of(std::string_view register_key, const std::string& document_id,
                        const RevisionRecord& parent, std::string body) {
    return made_here(register_key, document_id, parent, false, std::move(body));
}

std::vector<Revision> graves_of(const VaultReader& vault, const DocumentName& name) {
    std::vector<Revision> graves;
    for (const RevisionRecord& record : revisions_of(vault, name)) {
        const bool is_ours = record.origin != Origin::foreign;
        if (record.deleted && is_ours) graves.push_back(record.revision);
    }
    return graves;
}

bool has_descendants(const VaultReader& vault, const DocumentName& name, const Revision& revision) {
    const std::vector<RevisionRecord> records = revisions_of(vault, name);
    return std::ranges::any_of(records, [&](const RevisionRecord& record) {
        return record.revision != revision && RevisionSet::descends(record, revision);
    });
}

std::vector<Revision> lost_with(const VaultReader& vault, const DocumentName& name,
                                const Revision& leaf) {
    std::vector<Revision> lost;
    for (const RevisionRecord& record : revisions_of(vault, name)) {
        const bool is_below = record.revision != leaf && RevisionSet::descends(record, leaf);
        if (is_below && record.origin == Origin::foreign) lost.push_back(record.revision);
    }
    return lost;
}

void put_revision(VaultWriter& vault, const DocumentName& name, const RevisionRecord& record) {
    vault.put(name.table, revision_key(vault, name, record.revision), pack(record));
}

void erase_revision(VaultWriter& vault, const DocumentName& name, const Revision& revision) {
    vault.erase(name.table, revision_key(vault, name, revision));
}

}  // namespace tizilim::store
