#include "store/merge/register_replication.h"

#include "platform/clock.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/book/timestamps.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/merge/foreign_documents.h"
#include "store/merge/reconciler.h"
#include "store/merge/replication_writer.h"
#include "store/merge/revision_rows.h"
#include "store/merge/unified_questions.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// The leaves that a peer that has the entry should show.
void append_leaves(const VaultReader& vault, const EntryId& id, const EntryHead& head,
                   std::vector<Leaf>& leaves) {
    const std::string name = document_id(id);
    leaves.push_back({name, shown_for_leaf(vault, id, head)});
    for (const Revision& other : others_of(vault, id, head)) leaves.push_back({name, other});
}

Checkpoint get_checkpoint(const VaultReader& vault, const std::string& peer) {
    const auto bytes = vault.get(Table::peers, vault.index("peer", peer));
    return bytes ? unpack<Checkpoint>(*bytes) : Checkpoint{};
}

/// An unchanged one costs no write: an idle poll must not wake the disk.
void put_checkpoint(VaultWriter& vault, const std::string& peer, const Checkpoint& reached) {
    if (get_checkpoint(vault, peer) == reached) return;
    vault.put(Table::peers, vault.index("peer", peer), pack(reached));
}

}  // namespace

RegisterReplication::RegisterReplication(const Parts& parts)
    : parts_(parts),
      timestamps_({.vault = parts.vault,
                   .reserve = parts.reserve,
                   .clock = parts.clock,
                   .random = parts.random,
                   .trusted = parts.trusted,
                   .store = [this](const TimestampRecord& record) { store_timestamp(record); }}) {}

MergeRules RegisterReplication::rules() const {
    return {parts_.policy, parts_.identity.register_key, parts_.utc_offset,
            parts_.require_signature};
}

/// One transaction; then remember_chain_head() with the journal's end.
void RegisterReplication::write(const std::function<void(VaultWriter&, ReplicationWriter&)>& body) {
    ChainHead reached;
    parts_.vault.write([&](VaultWriter& vault) {
        ReplicationWriter writer(vault, parts_.clock, parts_.random, rules(), parts_.foreign);
        body(vault, writer);
        reached = writer.reached();
    });
    parts_.remember_chain_head(reached);
}

/// Throws if the file was replaced or removed: nothing is sent that the next start would not find.
void RegisterReplication::read(const std::function<void(const VaultReader&)>& body) const {
    parts_.vault.expect_at_its_path();
    parts_.vault.read(body);
}

std::string RegisterReplication::installation_id() const {
    return parts_.identity.installation_id;
}

Changes RegisterReplication::changes_after(OutboxPosition after, const BatchBounds& bounds) {
    Changes changes;
    parts_.vault.write([&](VaultWriter& vault) {
        changes = Changes{{}, {}, after};
        std::vector<std::pair<std::uint64_t, EntryId>> waiting;
        vault.scan(Table::pending, key_of(static_cast<std::uint64_t>(after) + 1),
                   [&](std::string_view key, const std::string& value) {
                       if (waiting.size() >= bounds.entries_max) return false;
                       waiting.emplace_back(number_of(key), EntryId::from_raw(value));
                       return true;
                   });
        if (waiting.empty()) return;
        ReplicationWriter writer(vault, parts_.clock, parts_.random, rules(), parts_.foreign);
        std::size_t bytes = 0;
        for (const auto& [position, id] : waiting) {
            if (bytes >= bounds.bytes_max) break;
            bytes += writer.hand_out(id, changes);
            changes.last = OutboxPosition{position};
        }
    });
    return changes;
}

std::vector<Leaf> RegisterReplication::missing(const std::vector<Leaf>& offered) const {
    std::vector<Leaf> result;
    read([&](const VaultReader& vault) {
        result.clear();
        std::string document;
        std::vector<RevisionRecord> held;
        for (const Leaf& leaf : offered) {
            const std::optional<DocumentName> name = DocumentName::parse(leaf.document_id);
            if (!name) continue;
            const bool is_of_nothing =
                name->table == Table::unified && !vault.has(Table::entries, name->id.raw());
            if (is_of_nothing) continue;
            if (std::exchange(document, leaf.document_id) != leaf.document_id) {
                held = revisions_of(vault, *name);
            }
            // An unverified one is asked for again: the peer may hold a copy that verifies.
            const bool is_known = std::ranges::any_of(held, [&](const RevisionRecord& record) {
                return record.revision == leaf.revision &&
                       (record.is_verified() || name->table == Table::unified);
            });
            if (!is_known || !lost_with(held, leaf.revision).empty()) result.push_back(leaf);
        }
    });
    return result;
}

void RegisterReplication::apply(const std::string& peer,
                                const std::vector<RemoteDocument>& documents,
                                const Checkpoint& reached) {
    if (documents.empty()) return set_checkpoint(peer, reached);
    keep_room_for(documents);
    write([&](VaultWriter& vault, ReplicationWriter& writer) {
        writer.take(peer, documents);
        put_checkpoint(vault, peer, reached);
    });
}

/// A pulled batch may take far more than an entry: a full disk stops the pull, not the recording.
void RegisterReplication::keep_room_for(const std::vector<RemoteDocument>& documents) const {
    std::uint64_t bytes = 0;
    read([&](const VaultReader& vault) {
        bytes = room_for(vault, parts_.identity.register_key, documents, parts_.foreign);
    });
    try {
        parts_.reserve.keep(bytes);
    } catch (const StoreError& error) {
        if (error.kind() != StoreError::Kind::disk_full) throw;
        throw StoreError(StoreError::Kind::disk_full,
                         platform::Message{"disk.no_room_for_pull", {{"bytes", bytes}}});
    }
}

void RegisterReplication::mark(const std::string& peer, const std::vector<Mark>& marks) {
    write([&](VaultWriter&, ReplicationWriter& writer) { writer.mark(peer, marks); });
}

std::vector<Leaf> RegisterReplication::awaiting_receipt(std::size_t count_max) const {
    std::vector<Leaf> leaves;
    read([&](const VaultReader& vault) {
        const BookReader book(vault);
        vault.scan(Table::sent, {}, [&](std::string_view, const std::string& value) {
            if (leaves.size() >= count_max) return false;
            const EntryId id = EntryId::from_raw(value);
            const EntryHead head = book.expect_head(id);
            append_leaves(vault, id, head, leaves);
            return true;
        });
    });
    return leaves;
}

AuditSlice RegisterReplication::delivered_after(OutboxPosition after, std::size_t count_max) const {
    AuditSlice slice;
    read([&](const VaultReader& vault) {
        const BookReader book(vault);
        slice = {};
        vault.scan(Table::delivered, key_of(static_cast<std::uint64_t>(after) + 1),
                   [&](std::string_view key, const std::string& value) {
                       if (slice.leaves.size() >= count_max) return false;
                       const EntryId id = EntryId::from_raw(value);
                       append_leaves(vault, id, book.expect_head(id), slice.leaves);
                       slice.last = OutboxPosition{number_of(key)};
                       return true;
                   });
        if (slice.leaves.size() < count_max) slice.last = {};
    });
    return slice;
}

std::vector<Leaf> RegisterReplication::still_readable(const std::string& after,
                                                      std::size_t count_max) const {
    std::vector<Leaf> leaves;
    const std::optional<DocumentName> last = DocumentName::parse(after);
    read([&](const VaultReader& vault) {
        leaves.clear();
        const std::string from(last ? last->id.raw() : std::string_view());
        vault.scan(Table::to_forget, from, [&](std::string_view key, const std::string& value) {
            if (key == from) return true;
            if (leaves.size() >= count_max) return false;
            const std::string name = document_id(EntryId::from_raw(key));
            for (const Revision& revision : unpack<ForgetRecord>(value).revisions) {
                leaves.push_back({name, revision});
            }
            return true;
        });
    });
    return leaves;
}

std::vector<Leaf> RegisterReplication::unverified(
    const std::vector<RemoteDocument>& documents) const {
    std::vector<Leaf> leaves;
    for (const RemoteDocument& document : documents) {
        const std::optional<DocumentName> name = DocumentName::parse(document.id);
        if (!name || name->table != Table::revisions) continue;
        bool is_verified = false;
        read([&](const VaultReader& vault) {
            is_verified =
                received(vault, parts_.identity.register_key, *name, document).is_verified();
        });
        if (!is_verified) leaves.push_back({document.id, document.revision});
    }
    return leaves;
}

std::vector<Leaf> RegisterReplication::cut_histories(std::size_t count_max) const {
    std::vector<Leaf> leaves = cut_histories_from(cut_histories_after_, count_max);
    // Those before may be new, or still so.
    if (leaves.empty()) leaves = cut_histories_from({}, count_max);
    const bool was_last = leaves.empty() || leaves.size() < count_max;
    const auto last = was_last ? std::nullopt : DocumentName::parse(leaves.back().document_id);
    cut_histories_after_ = last ? std::string(last->id.raw()) : std::string();
    return leaves;
}

/// Behind the entry of that key.
std::vector<Leaf> RegisterReplication::cut_histories_from(const std::string& after,
                                                          std::size_t count_max) const {
    std::vector<Leaf> leaves;
    read([&](const VaultReader& vault) {
        leaves.clear();
        const BookReader book(vault);
        vault.scan(Table::conflicts, after, [&](std::string_view key, const std::string& bytes) {
            if (key == after) return true;
            const EntryId id = EntryId::from_raw(key);
            const auto conflict = unpack<ConflictRecord>(bytes);
            const bool stays = book.expect_head(id).delivery == DeliveryState::local;
            if (stays || conflict.kind != ConflictKind::unverifiable) return true;
            leaves.push_back({document_id(id), conflict.other});
            return leaves.size() < count_max;
        });
    });
    return leaves;
}

bool RegisterReplication::reads_feed_first() const {
    bool first = false;
    read([&](const VaultReader& vault) { first = read_meta(vault, kFeedFirstName).has_value(); });
    return first;
}

void RegisterReplication::feed_ended(const std::string& peer) {
    bool is_due = false;
    read([&](const VaultReader& vault) {
        is_due = read_meta(vault, kFeedFirstName).has_value() ||
                 vault.last_key(Table::at_feed_end).has_value();
    });
    if (!is_due) return;
    write([&](VaultWriter& vault, ReplicationWriter& writer) {
        writer.end_feed(peer);
        erase_meta(vault, kFeedFirstName);
    });
}

std::vector<Leaf> RegisterReplication::unified_to_ask(std::size_t count_max) const {
    std::vector<Leaf> leaves;
    read([&](const VaultReader& vault) {
        for (const EntryId& id : store::unified_to_ask(vault, count_max)) {
            leaves.push_back({std::string(kUnifiedPrefix) + id.to_string(), {}});
        }
    });
    return leaves;
}

void RegisterReplication::unified_asked(const std::vector<Leaf>& asked) {
    std::set<EntryId> ids;
    for (const Leaf& leaf : asked) {
        if (const auto name = DocumentName::parse(leaf.document_id)) ids.insert(name->id);
    }
    parts_.vault.write([&](VaultWriter& vault) { drop_unified_questions(vault, ids); });
}

void RegisterReplication::release_quarantined() {
    write([&](VaultWriter&, ReplicationWriter& writer) {
        while (writer.release_next()) {
        }
    });
}

void RegisterReplication::distrust(const std::string& peer, const Checkpoint& restart) {
    write([&](VaultWriter& vault, ReplicationWriter& writer) {
        while (writer.distrust_next()) {
        }
        writer.journal(Act::distrusted, peer);
        put_checkpoint(vault, peer, restart);
    });
}

void RegisterReplication::record_own_rollback(const std::string& peer) {
    write([&](VaultWriter& vault, ReplicationWriter& writer) {
        if (read_meta(vault, kRollbackNoticedName)) return;
        writer.journal(Act::rollback_noticed, peer);
        write_meta(vault, kRollbackNoticedName, peer);
        write_meta(vault, kFeedFirstName, "");
    });
}

void RegisterReplication::record_astray(const std::string& peer, const std::vector<Leaf>& leaves) {
    if (leaves.empty()) return;
    write([&](VaultWriter&, ReplicationWriter& writer) {
        for (const Leaf& leaf : leaves) {
            const std::optional<DocumentName> name = DocumentName::parse(leaf.document_id);
            if (name)
                writer.journal(Act::astray, leaf.revision.to_string() + " meant for " + peer,
                               name->id);
        }
    });
}

Checkpoint RegisterReplication::checkpoint(const std::string& peer) const {
    Checkpoint reached;
    read([&](const VaultReader& vault) { reached = get_checkpoint(vault, peer); });
    return reached;
}

void RegisterReplication::set_checkpoint(const std::string& peer, const Checkpoint& reached) {
    parts_.vault.write([&](VaultWriter& vault) { put_checkpoint(vault, peer, reached); });
}

void RegisterReplication::store_timestamp(const TimestampRecord& record) {
    write([&](VaultWriter& vault, ReplicationWriter& writer) {
        writer.journal(Act::timestamped, pack(record));
        set_last_timestamp(vault, writer.reached().sequence);
    });
}

std::optional<platform::WallTime> RegisterReplication::timestamped_at() const {
    return timestamps_.state().last_at;
}

TimestampBytes RegisterReplication::timestamp_request() {
    return timestamps_.request();
}

std::optional<platform::Message> RegisterReplication::timestamp_answered(
    const TimestampBytes& answer) {
    return timestamps_.answered(answer);
}

void RegisterReplication::timestamp_failed(const platform::Message& why) {
    timestamps_.failed(why);
}

}  // namespace tizilim::store
