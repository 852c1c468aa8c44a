#include "store/register_replication.h"

#include "platform/clock.h"
#include "platform/json.h"
#include "platform/random.h"
#include "store/book.h"
#include "store/books.h"
#include "store/codes.h"
#include "store/disclosed_entry.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/replication.h"
#include "store/revision.h"
#include "store/revisions.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/vault.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// What a pulled document takes of the disk beside its body, ancestors and all.
constexpr std::uint64_t kPulledRowBytes = std::uint64_t{16} << 10;

/// Leaves of others kept for one document: nobody has that many PCs, and a peer may not fill the
/// disk.
constexpr std::size_t kForeignLeavesMax = 32;

/// One transaction's view of what is replicated.
class ReplicationWriter {
public:
    ReplicationWriter(VaultWriter& vault, const platform::Clock& clock, platform::Random& random)
        : vault_(vault), journal_(vault, clock, random), book_(vault, journal_) {}

    [[nodiscard]] BookWriter& book() { return book_; }

    /// The current leaf of an entry that is pending, minted if its body goes out for the first
    /// time.
    DisclosedEntry outgoing(const EntryId& id, const DisclosurePolicy& policy,
                            std::string_view register_key);
    [[nodiscard]] bool was_handed_out(const EntryId& id) const {
        return book_.expect_head(id).leaf_is_current;
    }
    void take(const RemoteDocument& document, std::string_view register_key);
    void mark(const std::string& peer, const Mark& mark);
    /// Takes one receipt back. False when there is none left.
    bool distrust_next() { return move_first(DeliveryState::delivered, DeliveryState::sent); }
    /// Lets one quarantined entry wait again. False when there is none left.
    bool release_next() { return move_first(DeliveryState::quarantined, DeliveryState::pending); }
    void journal(Act act, std::string detail) { journal_.append(act, {}, {}, std::move(detail)); }

private:
    bool move_first(DeliveryState from, DeliveryState to);
    void take_entry(const DocumentName& name, const RevisionRecord& record);
    void note_attempt(EntryHead& head, const std::string& reason) const;
    void drop_superseded(const DocumentName& name, const RevisionRecord& record);
    VaultWriter& vault_;
    JournalWriter journal_;
    BookWriter book_;
};

DisclosedEntry ReplicationWriter::outgoing(const EntryId& id, const DisclosurePolicy& policy,
                                           std::string_view register_key) {
    EntryHead head = book_.expect_head(id);
    const EntryVersion version = book_.current(id, head);
    const std::optional<DisclosedEntry> disclosed = disclose(version.entry, policy);
    if (!disclosed) {
        throw StoreError(StoreError::Kind::damaged,
                         "entry " + id.to_string() +
                             " stands in the outbox but nothing of it may leave; it was not sent, "
                             "run `tizilim verify`");
    }
    const DocumentName name{Table::revisions, id};
    RevisionRecord record;
    std::optional<Revision> parent;
    if (head.leaf.generation > 0) {
        const std::optional<RevisionRecord> leaf = find_revision(vault_, name, head.leaf);
        if (!leaf) {
            throw StoreError(StoreError::Kind::damaged, "the revision of entry " + id.to_string() +
                                                            " is missing; restore a backup");
        }
        // A newer program may disclose the same version in other bytes: those are a child revision.
        if (head.leaf_is_current && leaf->body == disclosed->body()) {
            return disclosed->minted(head.leaf, leaf->ancestors);
        }
        parent = head.leaf;
        record.ancestors = leaf->ancestors;
        record.ancestors.insert(record.ancestors.begin(), head.leaf.digest);
    }
    record.revision =
        next_revision(register_key, disclosed->document_id(), parent, false, disclosed->body());
    record.body = disclosed->body();
    put_revision(vault_, name, record);
    head.leaf = record.revision;
    head.leaf_is_current = true;
    book_.save(id, head);
    return disclosed->minted(record.revision, record.ancestors);
}

void ReplicationWriter::drop_superseded(const DocumentName& name, const RevisionRecord& record) {
    auto generation = record.revision.generation;
    for (const std::string& digest : record.ancestors) {
        if (--generation == 0) return;
        erase_revision(vault_, name, Revision{generation, digest});
    }
}

void ReplicationWriter::take_entry(const DocumentName& name, const RevisionRecord& record) {
    put_revision(vault_, name, record);
    if (!book_.head(name.id)) return;
    // Ours are all held, so this leaf is somebody's beside ours: the lawyer has to know.
    vault_.put(Table::conflicts, name.id.raw(), {});
    journal_.append(Act::pulled, name.id, {}, record.revision.to_string());
}

void ReplicationWriter::take(const RemoteDocument& document, std::string_view register_key) {
    const std::optional<DocumentName> name = DocumentName::parse(document.id);
    if (!name || has_revision(vault_, *name, document.revision)) return;
    if (count_revisions(vault_, *name) >= kForeignLeavesMax) return;
    RevisionRecord record{document.revision, document.ancestors, document.deleted, Origin::foreign,
                          platform::canonical_json(document.body)};
    if (name->table == Table::unified) {
        drop_superseded(*name, record);
        put_revision(vault_, *name, record);
        return;
    }
    if (verifies(register_key, document.id, record)) record.origin = Origin::pulled;
    take_entry(*name, record);
}

void ReplicationWriter::mark(const std::string& peer, const Mark& mark) {
    const std::optional<DocumentName> name = DocumentName::parse(mark.leaf.document_id);
    if (!name || name->table != Table::revisions) return;
    std::optional<EntryHead> head = book_.head(name->id);
    if (!head || !head->leaf_is_current || head->leaf != mark.leaf.revision) return;
    const std::string revision = mark.leaf.revision.to_string();
    const DeliveryState now = head->delivery;
    const bool waiting = now == DeliveryState::pending || now == DeliveryState::sent;
    switch (mark.verdict) {
        case Verdict::sent:
            if (now == DeliveryState::pending) book_.move(name->id, *head, DeliveryState::sent);
            return;
        case Verdict::delivered:
            if (!waiting) return;
            head->receipt = journal_.append(Act::delivered, name->id, {}, revision + " at " + peer);
            book_.move(name->id, *head, DeliveryState::delivered);
            return;
        case Verdict::missing:
            if (now != DeliveryState::sent && now != DeliveryState::delivered) return;
            book_.move(name->id, *head, DeliveryState::pending);
            return;
        case Verdict::quarantined:
            if (!waiting) return;
            note_attempt(*head, mark.reason);
            journal_.append(Act::quarantined, name->id, {}, revision + ": " + mark.reason);
            book_.move(name->id, *head, DeliveryState::quarantined);
            return;
        case Verdict::deferred:
            if (!waiting) return;
            note_attempt(*head, mark.reason);
            book_.save(name->id, *head);
            return;
        case Verdict::forgotten:
            return;
    }
}

void ReplicationWriter::note_attempt(EntryHead& head, const std::string& reason) const {
    ++head.attempts;
    head.tried_at = journal_.now();
    head.reason = reason;
}

bool ReplicationWriter::move_first(DeliveryState from, DeliveryState to) {
    std::optional<EntryId> id;
    vault_.scan(table_of(from), {}, [&](std::string_view, const std::string& value) {
        id = EntryId::from_raw(value);
        return false;
    });
    if (!id) return false;
    EntryHead head = book_.expect_head(*id);
    book_.move(*id, head, to);
    return true;
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
        ReplicationWriter writer(vault, parts_.clock, parts_.random);
        std::size_t bytes = 0;
        for (const auto& [position, id] : waiting) {
            if (bytes >= bounds.bytes_max) break;
            const bool handed_out = writer.was_handed_out(id);
            DisclosedEntry entry = writer.outgoing(id, parts_.policy, parts_.identity.register_key);
            if (handed_out) {
                changes.handed_out_before.push_back({entry.document_id(), entry.revision()});
            }
            bytes += entry.body().size();
            changes.entries.push_back(std::move(entry));
            changes.last = OutboxPosition{position};
        }
    });
    return changes;
}

std::vector<Leaf> RegisterReplication::missing(const std::vector<Leaf>& offered) const {
    std::vector<Leaf> result;
    parts_.vault.read([&](const VaultReader& vault) {
        for (const Leaf& leaf : offered) {
            const std::optional<DocumentName> name = DocumentName::parse(leaf.document_id);
            if (name && !has_revision(vault, *name, leaf.revision)) result.push_back(leaf);
        }
    });
    return result;
}

void RegisterReplication::apply(const std::string& peer,
                                const std::vector<RemoteDocument>& documents,
                                const Checkpoint& reached) {
    std::uint64_t bytes = documents.size() * kPulledRowBytes;
    for (const RemoteDocument& document : documents) {
        bytes += platform::canonical_json(document.body).size();
    }
    if (!documents.empty()) parts_.reserve.keep(bytes);
    parts_.vault.write([&](VaultWriter& vault) {
        if (!documents.empty()) {
            ReplicationWriter writer(vault, parts_.clock, parts_.random);
            for (const RemoteDocument& document : documents) {
                writer.take(document, parts_.identity.register_key);
            }
        }
        put_checkpoint(vault, peer, reached);
    });
}

void RegisterReplication::mark(const std::string& peer, const std::vector<Mark>& marks) {
    parts_.vault.write([&](VaultWriter& vault) {
        ReplicationWriter writer(vault, parts_.clock, parts_.random);
        for (const Mark& mark : marks) writer.mark(peer, mark);
    });
}

std::vector<Leaf> RegisterReplication::awaiting_receipt(std::size_t count_max) const {
    std::vector<Leaf> leaves;
    parts_.vault.read([&](const VaultReader& vault) {
        const BookReader book(vault);
        vault.scan(Table::sent, {}, [&](std::string_view, const std::string& value) {
            if (leaves.size() >= count_max) return false;
            const EntryId id = EntryId::from_raw(value);
            leaves.push_back({"entry:" + id.to_string(), book.expect_head(id).leaf});
            return true;
        });
    });
    return leaves;
}

AuditSlice RegisterReplication::delivered_after(OutboxPosition after, std::size_t count_max) const {
    AuditSlice slice;
    parts_.vault.read([&](const VaultReader& vault) {
        const BookReader book(vault);
        slice = {};
        vault.scan(
            Table::delivered, key_of(static_cast<std::uint64_t>(after) + 1),
            [&](std::string_view key, const std::string& value) {
                if (slice.leaves.size() >= count_max) return false;
                const EntryId id = EntryId::from_raw(value);
                slice.leaves.push_back({"entry:" + id.to_string(), book.expect_head(id).leaf});
                slice.last = OutboxPosition{number_of(key)};
                return true;
            });
        if (slice.leaves.size() < count_max) slice.last = {};
    });
    return slice;
}

std::vector<Leaf> RegisterReplication::still_readable(const std::string& /*after*/,
                                                      std::size_t /*count_max*/) const {
    return {};
}

void RegisterReplication::release_quarantined() {
    parts_.vault.write([&](VaultWriter& vault) {
        ReplicationWriter writer(vault, parts_.clock, parts_.random);
        while (writer.release_next()) {
        }
    });
}

void RegisterReplication::distrust(const std::string& peer, const Checkpoint& restart) {
    parts_.vault.write([&](VaultWriter& vault) {
        ReplicationWriter writer(vault, parts_.clock, parts_.random);
        while (writer.distrust_next()) {
        }
        writer.journal(Act::distrusted, peer);
        put_checkpoint(vault, peer, restart);
    });
}

void RegisterReplication::note_own_rollback(const std::string& peer) {
    parts_.vault.write([&](VaultWriter& vault) {
        if (read_meta(vault, kRollbackNoticedName)) return;
        ReplicationWriter(vault, parts_.clock, parts_.random).journal(Act::rollback_noticed, peer);
        write_meta(vault, kRollbackNoticedName, peer);
    });
}

Checkpoint RegisterReplication::checkpoint(const std::string& peer) const {
    Checkpoint reached;
    parts_.vault.read([&](const VaultReader& vault) { reached = get_checkpoint(vault, peer); });
    return reached;
}

void RegisterReplication::set_checkpoint(const std::string& peer, const Checkpoint& reached) {
    parts_.vault.write([&](VaultWriter& vault) { put_checkpoint(vault, peer, reached); });
}

}  // namespace tizilim::store
