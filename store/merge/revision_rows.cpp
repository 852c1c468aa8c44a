#include "store/merge/revision_rows.h"

#include "platform/hex.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/merge/foreign_documents.h"
#include "store/merge/revision_tree.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"

#include <algorithm>
#include <cstddef>
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
    const bool entry = document_id.starts_with(kEntryPrefix);
    if (!entry && !document_id.starts_with(kUnifiedPrefix)) return {};
    document_id.remove_prefix(entry ? kEntryPrefix.size() : kUnifiedPrefix.size());
    const std::optional<EntryId> id = EntryId::parse(document_id);
    if (!id) return {};
    return DocumentName{entry ? Table::revisions : Table::unified, *id};
}

std::size_t ancestors_covered(std::uint32_t generation) {
    return std::min<std::size_t>(kAncestorsCovered, generation - 1);
}

Revision revision_of(std::string_view register_key, const std::string& document_id,
                     const RevisionRecord& record) {
    Hasher hasher(Hasher::Size::bytes16, register_key);
    // Digests before schema 6 begin with the document's id: the two can't be equal.
    hasher.add("ancestry")
        .add(document_id)
        .add(std::uint64_t{record.deleted ? 1U : 0U})
        .add(std::uint64_t{record.revision.generation})
        .add(std::uint64_t{record.ancestors.size()});
    for (const std::string& ancestor : record.ancestors) hasher.add(ancestor);
    return {record.revision.generation, platform::to_hex(hasher.add(record.body).digest16())};
}

namespace {

/// As revisions were made before schema 6: the digest covers the parent alone.
Revision earlier_revision_of(std::string_view register_key, const std::string& document_id,
                             const RevisionRecord& record) {
    const std::optional<Revision> parent = parent_of(record);
    const Digest16 digest = Hasher(Hasher::Size::bytes16, register_key)
                                .add(document_id)
                                .add(std::uint64_t{record.deleted ? 1U : 0U})
                                .add(parent ? parent->to_string() : std::string())
                                .add(record.body)
                                .digest16();
    return {record.revision.generation, platform::to_hex(digest)};
}

void cut(std::vector<std::string>& ancestors, std::size_t count) {
    if (ancestors.size() > count) ancestors.resize(count);
}

const RevisionRecord* verified_among(const std::vector<RevisionRecord>& held,
                                     const Revision& revision) {
    const auto found = std::ranges::find_if(held, [&](const RevisionRecord& record) {
        return record.is_verified() && record.revision == revision;
    });
    return found == held.end() ? nullptr : &*found;
}

/// Completes a list of ancestors that is too short with those of its last one, if that is verified
/// among `held`.
RevisionRecord completed(RevisionRecord record, const std::vector<RevisionRecord>& held) {
    const std::size_t covered = ancestors_covered(record.revision.generation);
    if (record.ancestors.empty() || record.ancestors.size() >= covered) return record;
    const auto generation =
        record.revision.generation - static_cast<std::uint32_t>(record.ancestors.size());
    const RevisionRecord* last = verified_among(held, {generation, record.ancestors.back()});
    if (last == nullptr) return record;
    record.ancestors.insert(record.ancestors.end(), last->ancestors.begin(), last->ancestors.end());
    cut(record.ancestors, covered);
    return record;
}

}  // namespace

RevisionRecord examined(std::string_view register_key, const std::string& document_id,
                        RevisionRecord record, const std::vector<RevisionRecord>& held) {
    const std::size_t covered = ancestors_covered(record.revision.generation);
    RevisionRecord as_given = record;
    cut(as_given.ancestors, covered);
    RevisionRecord parent_alone = record;
    cut(parent_alone.ancestors, 1);
    // A tombstone over a foreign revision names its parent alone.
    for (const RevisionRecord& shape : {as_given, completed(as_given, held), parent_alone}) {
        if (record.revision != revision_of(register_key, document_id, shape)) continue;
        RevisionRecord verified = shape;
        verified.origin = Origin::pulled;
        return verified;
    }
    const bool names_its_parent = covered == 0 || !record.ancestors.empty();
    if (names_its_parent &&
        record.revision == earlier_revision_of(register_key, document_id, parent_alone)) {
        parent_alone.origin = Origin::pulled;
        return completed(std::move(parent_alone), held);
    }
    const bool is_cut = completed(as_given, held).ancestors.size() < covered;
    record.origin = is_cut ? Origin::unverifiable : Origin::foreign;
    return record;
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

constexpr std::string_view kInto = "into";

RevisionRecord made_here(std::string_view register_key, const std::string& document_id,
                         const RevisionRecord& parent, bool deleted, std::string body) {
    RevisionRecord record;
    record.revision.generation = parent.revision.generation + 1;
    record.ancestors.push_back(parent.revision.digest);
    // The ancestors that a foreign revision names are untrusted.
    if (parent.is_verified()) {
        record.ancestors.insert(record.ancestors.end(), parent.ancestors.begin(),
                                parent.ancestors.end());
    }
    cut(record.ancestors, ancestors_covered(record.revision.generation));
    record.deleted = deleted;
    record.body = std::move(body);
    record.revision = revision_of(register_key, document_id, record);
    return record;
}

}  // namespace

RevisionRecord first_of(std::string_view register_key, const std::string& document_id,
                        std::string body) {
    RevisionRecord record;
    record.revision.generation = 1;
    record.body = std::move(body);
    record.revision = revision_of(register_key, document_id, record);
    return record;
}

RevisionRecord child_of(std::string_view register_key, const std::string& document_id,
                        const RevisionRecord& parent, std::string body) {
    return made_here(register_key, document_id, parent, false, std::move(body));
}

RevisionRecord tombstone_of(std::string_view register_key, const std::string& document_id,
                            const RevisionRecord& leaf, const Revision& into) {
    const platform::JsonObject body{{std::string(kInto), into.to_string()}};
    return made_here(register_key, document_id, leaf, true, platform::canonical_json(body));
}

namespace {

/// What `again` was before it was ended, as who ended it knew it: as the lawyer's own, or not.
RevisionRecord ended_before(const RevisionRecord& again, Origin origin) {
    RevisionRecord leaf;
    leaf.revision = {again.revision.generation - 2, again.ancestors[1]};
    leaf.ancestors.assign(again.ancestors.begin() + 2, again.ancestors.end());
    leaf.origin = origin;
    return leaf;
}

}  // namespace

std::vector<RevisionRecord> hidden_tombstones(std::string_view register_key,
                                              const std::string& document_id,
                                              const std::vector<RevisionRecord>& held) {
    std::vector<RevisionRecord> found;
    for (const RevisionRecord& again : held) {
        const bool has_both = again.is_verified() && !again.deleted && again.ancestors.size() >= 2;
        const std::optional<Revision> parent = has_both ? parent_of(again) : std::nullopt;
        if (!parent || verified_among(held, *parent) != nullptr) continue;
        for (const Origin origin : {Origin::foreign, Origin::ours}) {
            const RevisionRecord leaf = ended_before(again, origin);
            for (const RevisionRecord& into : held) {
                if (!into.is_verified() || into.deleted) continue;
                RevisionRecord end = tombstone_of(register_key, document_id, leaf, into.revision);
                if (end.revision != *parent) continue;
                end.origin = Origin::pulled;
                found.push_back(std::move(end));
            }
        }
    }
    return found;
}

std::optional<Revision> into_of(const RevisionRecord& tombstone) {
    const auto body = platform::read_json(tombstone.body);
    const platform::JsonValue* into = body ? body->find(kInto) : nullptr;
    if (!tombstone.deleted || into == nullptr || into->string() == nullptr) return {};
    return Revision::parse(*into->string());
}

bool ends_a_foreign_leaf(const RevisionRecord& record) {
    const bool is_cut = record.ancestors.size() < ancestors_covered(record.revision.generation);
    return record.deleted && (is_cut || !into_of(record));
}

bool goes_on_from_ancestors(const RevisionRecord& record) {
    return record.is_verified() && !ends_a_foreign_leaf(record);
}

std::optional<Revision> parent_of(const RevisionRecord& record) {
    if (record.revision.generation < 2 || record.ancestors.empty()) return {};
    return Revision{record.revision.generation - 1, record.ancestors.front()};
}

std::vector<Revision> others_of(const VaultReader& vault, const EntryId& id,
                                const EntryHead& head) {
    std::vector<Revision> others;
    if (!head.has_others) return others;
    const RevisionSet set(revisions_of(vault, {Table::revisions, id}));
    for (const RevisionRecord* leaf : set.leaves()) {
        if (leaf->revision != head.leaf) others.push_back(leaf->revision);
    }
    return others;
}

Revision shown_for_leaf(const VaultReader& vault, const EntryId& id, const EntryHead& head) {
    if (!head.has_others) return head.leaf;
    const RevisionSet set(revisions_of(vault, {Table::revisions, id}));
    const bool counts =
        head.delivery == DeliveryState::delivered || !vault.has(Table::conflicts, id.raw());
    if (!counts || !set.is_deleted()) return head.leaf;
    for (const RevisionRecord* leaf : set.foreign_leaves()) {
        if (RevisionSet::descends(*leaf, head.leaf)) return leaf->revision;
    }
    return head.leaf;
}

bool has_descendants(const VaultReader& vault, const DocumentName& name, const Revision& revision) {
    const std::vector<RevisionRecord> records = revisions_of(vault, name);
    return std::ranges::any_of(records, [&](const RevisionRecord& record) {
        return goes_on_from_ancestors(record) && record.revision != revision &&
               RevisionSet::descends(record, revision);
    });
}

namespace {

/// A tombstone over a foreign revision whose target is not held.
bool goes_nowhere(const RevisionRecord& record, const std::vector<RevisionRecord>& held) {
    const std::optional<Revision> into = into_of(record);
    return into && ends_a_foreign_leaf(record) && !RevisionSet(held).is_held(*into);
}

}  // namespace

std::vector<Revision> lost_with(const std::vector<RevisionRecord>& held, const Revision& leaf) {
    std::vector<Revision> lost;
    for (const RevisionRecord& record : held) {
        const bool is_below = record.revision != leaf && RevisionSet::descends(record, leaf);
        if (is_below && (!record.is_verified() || goes_nowhere(record, held)))
            lost.push_back(record.revision);
    }
    return lost;
}

namespace {

/// Before the row at `key` is erased or replaced: takes it out of the count, if it is foreign.
void count_out(VaultWriter& vault, Table table, std::string_view key) {
    const auto bytes = vault.get(table, key);
    if (!bytes || unpack<RevisionRecord>(*bytes).is_verified()) return;
    count_foreign_out(vault, bytes->size());
}

}  // namespace

void put_revision(VaultWriter& vault, const DocumentName& name, const RevisionRecord& record) {
    const std::string key = revision_key(vault, name, record.revision);
    const std::string packed = pack(record);
    count_out(vault, name.table, key);
    if (!record.is_verified()) count_foreign_in(vault, packed.size());
    vault.put(name.table, key, packed);
}

void erase_revision(VaultWriter& vault, const DocumentName& name, const Revision& revision) {
    const std::string key = revision_key(vault, name, revision);
    count_out(vault, name.table, key);
    vault.erase(name.table, key);
}

}  // namespace tizilim::store
