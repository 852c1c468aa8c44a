#include "store/merge/replication_writer.h"

#include "platform/check.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/class_tags.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/merge/disclosed_reader.h"
#include "store/merge/fold.h"
#include "store/merge/foreign_documents.h"
#include "store/merge/merge.h"
#include "store/merge/reconciler.h"
#include "store/merge/revision_rows.h"
#include "store/merge/revision_tree.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

/// Whether one of `held` says that it comes from `revision`, whoever made it.
bool is_written_over(const std::vector<RevisionRecord>& held, const Revision& revision) {
    return std::ranges::any_of(held, [&](const RevisionRecord& record) {
        return record.revision != revision && RevisionSet::descends(record, revision);
    });
}

/// Whether `leaf` is unverifiable and withholds what `body` shows, or withdraws the entry.
bool keeps_back(const RevisionRecord& leaf, const platform::JsonObject& body) {
    if (leaf.origin != Origin::unverifiable || leaf.deleted) return false;
    const platform::JsonObject theirs = body_of(leaf);
    const bool withdraws = is_withdrawal(theirs) && !is_withdrawal(body);
    return withdraws || withholds_more(theirs, body);
}

/// Whether one of its unverifiable leaves does.
bool keeps_back(const RevisionSet& set, const platform::JsonObject& body) {
    const auto leaves = set.foreign_leaves();
    return std::ranges::any_of(leaves,
                               [&](const RevisionRecord* leaf) { return keeps_back(*leaf, body); });
}

/// The body that disclose() makes of the entry now; empty where nothing may leave.
platform::JsonObject said_now(const BookReader& book, const EntryId& id,
                              const DisclosurePolicy& policy) {
    const std::optional<EntryHead> head = book.head(id);
    const auto disclosed = head ? disclose(book.current(id, *head).entry, policy) : std::nullopt;
    if (!disclosed) return {};
    RevisionRecord record;
    record.body = disclosed->body();
    return body_of(record);
}

/// Erases unverified revisions that the peer no longer has: no other copy of them will come. One
/// that may withhold what `shown` shows stays until the owner decides: no peer can let more out.
bool drop_gone(VaultWriter& vault, const EntryId& id, const std::vector<Mark>& marks,
               const platform::JsonObject& shown) {
    const DocumentName name{Table::revisions, id};
    bool dropped = false;
    for (const Mark& mark : marks) {
        if (mark.verdict != Verdict::forgotten) continue;
        const auto held = find_revision(vault, name, mark.leaf.revision);
        if (!held || held->is_verified() || keeps_back(*held, shown)) continue;
        erase_revision(vault, name, mark.leaf.revision);
        dropped = true;
    }
    return dropped;
}

}  // namespace

RevisionRecord ReplicationWriter::outgoing(const EntryId& id, EntryHead& head,
                                           const DisclosedEntry& disclosed) {
    const DocumentName name{Table::revisions, id};
    RevisionRecord parent;
    if (head.leaf.generation > 0) {
        std::optional<RevisionRecord> leaf = find_revision(vault_, name, head.leaf);
        if (!leaf) {
            throw StoreError(StoreError::Kind::damaged,
                             Message{"entry.revision_missing", {{"id", id.to_string()}}});
        }
        // A newer program may disclose the same version in other bytes: those are a child revision.
        if (head.leaf_is_current && leaf->body == disclosed.body()) return *std::move(leaf);
        parent = *std::move(leaf);
    }
    RevisionRecord record =
        parent.revision.generation > 0
            ? child_of(rules_.register_key, document_id(id), parent, disclosed.body())
            : first_of(rules_.register_key, document_id(id), disclosed.body());
    // The same revision was made elsewhere and is superseded or ended: re-created as a child of
    // itself. So too where a foreign revision names it as an ancestor: then the peer knows it.
    const std::vector<RevisionRecord> held = revisions_of(vault_, name);
    while (is_written_over(held, record.revision)) {
        record = child_of(rules_.register_key, document_id(id), record, record.body);
    }
    put_revision(vault_, name, record);
    head.leaf = record.revision;
    head.leaf_is_current = true;
    head.handed_out = false;
    head.attempts = 0;
    book_.save(id, head);
    return record;
}

/// Nothing of this entry in the outbox may leave. An earlier version of this program may have
/// queued a minor's: it is quarantined and the lawyer decides; the other entries are sent.
void ReplicationWriter::keep_here(const EntryId& id, EntryHead& head, const Entry& entry) {
    if (entry.disclosure == DisclosureClass::local) {
        throw StoreError(StoreError::Kind::damaged,
                         Message{"entry.in_outbox_but_local", {{"id", id.to_string()}}});
    }
    hold_back(
        id, head,
        {head.leaf.generation == 0 ? "quarantine.minor_not_sent" : "quarantine.minor_had_left"});
}

/// Quarantines this entry; the others are sent. A change of the peer's rules makes it pending
/// again.
void ReplicationWriter::hold_back(const EntryId& id, EntryHead& head, const Message& reason) {
    const std::string kept = platform::packed(reason);
    if (head.reason != kept) journal_.append(Act::quarantined, id, {}, kept);
    head.reason = kept;
    book_.move(id, head, DeliveryState::quarantined);
}

/// Another PC, or this one before it was restored, may have withheld what would go out now: an
/// unverifiable leaf says so. That counts for the leaves beside the entry's, too.
bool ReplicationWriter::may_be_kept_back(const EntryId& id, const EntryHead& head,
                                         const DisclosedEntry& disclosed) const {
    if (!head.has_others) return false;
    const DocumentName name{Table::revisions, id};
    const RevisionSet set(revisions_of(vault_, name));
    RevisionRecord going;
    going.body = disclosed.body();
    if (keeps_back(set, body_of(going))) return true;
    return std::ranges::any_of(head.beside, [&](const Revision& revision) {
        const RevisionRecord* leaf = set.find(revision);
        return leaf != nullptr && !leaf->deleted && !has_descendants(vault_, name, revision) &&
               keeps_back(set, body_of(*leaf));
    });
}

/// Mints the tombstones of the leaves that were merged into the one that goes out now.
void ReplicationWriter::end_leaves(const EntryId& id, EntryHead& head) {
    if (head.ending.empty()) return;
    const DocumentName name{Table::revisions, id};
    const auto leaf = find_revision(vault_, name, head.leaf);
    CHECK(leaf.has_value());
    for (const Revision& ended : std::exchange(head.ending, {})) {
        const auto record = find_revision(vault_, name, ended);
        // A leaf that seemed foreign may be an ancestor of ours by now.
        if (!record || RevisionSet::descends(*leaf, ended)) continue;
        const RevisionRecord tombstone =
            tombstone_of(rules_.register_key, document_id(id), *record, head.leaf);
        put_revision(vault_, name, tombstone);
        head.beside.push_back(tombstone.revision);
    }
}

/// `record` as it goes out beside the entry's leaf: a tombstone whose target is held, or another
/// current leaf that shows no more than the entry's class lets out. Nothing if it was superseded.
std::optional<DisclosedEntry> ReplicationWriter::beside_leaf(const EntryId& id,
                                                             const RevisionRecord& record,
                                                             const Entry& current) const {
    const DocumentName name{Table::revisions, id};
    if (has_descendants(vault_, name, record.revision)) return {};
    const RevisionSet set(revisions_of(vault_, name));
    if (record.deleted) {
        const std::optional<Revision> into = into_of(record);
        if (into && !set.is_held(*into)) return {};
        return DisclosedEntry::tombstone(document_id(id), record.revision, record.ancestors, into);
    }
    const auto shown = read_disclosed(id, body_of(record), rules_.policy, rules_.offset);
    if (!shown || keeps_back(set, body_of(record))) return {};
    // A raise in an open conflict: the tags of both sides decide.
    ClassTags tags = current.tags;
    tags.unite(shown->tags);
    const bool is_raise = current.disclosure == DisclosureClass::partial && tags.lets_all_out();
    const bool shows_more = shown->disclosure == DisclosureClass::full &&
                            current.disclosure != DisclosureClass::full && !is_raise;
    const auto disclosed = !shows_more ? disclose(*shown, rules_.policy) : std::nullopt;
    if (!disclosed || disclosed->body() != record.body) return {};
    return disclosed->minted(record.revision, record.ancestors);
}

std::size_t ReplicationWriter::hand_out(const EntryId& id, Changes& changes) {
    EntryHead head = book_.expect_head(id);
    const EntryVersion version = book_.current(id, head);
    const std::optional<DisclosedEntry> disclosed = disclose(version.entry, rules_.policy);
    if (!disclosed) {
        keep_here(id, head, version.entry);
        return 0;
    }
    if (may_be_kept_back(id, head, *disclosed)) {
        hold_back(id, head, {"quarantine.may_be_kept_back"});
        return 0;
    }
    // What goes into a leaf that a foreign one hides would be made again and again by who is not
    // shown it: a child of it stands beside the foreign one.
    const bool is_hidden = !head.ending.empty() &&
                           is_written_over(revisions_of(vault_, {Table::revisions, id}), head.leaf);
    if (is_hidden) head.leaf_is_current = false;
    const bool handed_out = head.handed_out && head.leaf_is_current;
    RevisionRecord leaf = outgoing(id, head, *disclosed);
    end_leaves(id, head);
    std::vector<DisclosedEntry> documents{
        disclosed->minted(leaf.revision, std::move(leaf.ancestors))};
    std::erase_if(head.beside, [&](const Revision& revision) {
        const auto record = find_revision(vault_, {Table::revisions, id}, revision);
        auto document = record ? beside_leaf(id, *record, version.entry) : std::nullopt;
        if (!document) return true;
        documents.push_back(*std::move(document));
        return false;
    });
    head.handed_out = true;
    head.has_others = head.has_others || !head.beside.empty();
    book_.save(id, head);
    std::size_t bytes = 0;
    for (DisclosedEntry& document : documents) {
        if (handed_out) {
            changes.handed_out_before.push_back({document.document_id(), document.revision()});
        }
        bytes += document.body().size();
        changes.entries.push_back(std::move(document));
    }
    return bytes;
}

void ReplicationWriter::drop_superseded(const DocumentName& name, const RevisionRecord& record) {
    auto generation = record.revision.generation;
    for (const std::string& digest : record.ancestors) {
        if (--generation == 0) return;
        erase_revision(vault_, name, Revision{generation, digest});
    }
}

/// The peer shows `leaf` as a leaf, so it has lost the foreign descendants that are held here, with
/// a later state of it.
bool ReplicationWriter::drop_lost(const DocumentName& name, const Revision& leaf) {
    const std::vector<Revision> lost = lost_with(revisions_of(vault_, name), leaf);
    for (const Revision& revision : lost) erase_revision(vault_, name, revision);
    return !lost.empty();
}

void ReplicationWriter::reconcile(const std::set<EntryId>& ids, const std::string& peer) {
    for (const EntryId& id : ids) {
        Reconciler(vault_, journal_, book_, rules_).reconcile(id, peer, decided_over_[id]);
        decided_over_.erase(id);
        const std::optional<EntryHead> head = book_.head(id);
        if (head && head->delivery == DeliveryState::delivered) begin_to_forget(id, *head);
    }
}

void ReplicationWriter::take(const std::string& peer,
                             const std::vector<RemoteDocument>& documents) {
    std::set<EntryId> touched;
    Received foreign;
    for (const RemoteDocument& document : documents) {
        const std::optional<DocumentName> name = DocumentName::parse(document.id);
        if (!name) continue;
        RevisionRecord record = received(vault_, rules_.register_key, *name, document);
        if (!record.is_verified()) {
            foreign.emplace_back(*name, std::move(record));
        } else if (keep(*name, record)) {
            touched.insert(name->id);
        }
    }
    for (const EntryId& id : touched) {
        const DocumentName name{Table::revisions, id};
        for (const RevisionRecord& end :
             hidden_tombstones(rules_.register_key, document_id(id), revisions_of(vault_, name))) {
            put_revision(vault_, name, end);
        }
    }
    // Only when all leaves of an entry are here: a merge of some of them may end the wrong one.
    reconcile(touched, peer);
    // Last: now it is known which entries are here.
    take_foreign(peer, foreign);
}

/// Whoever may write at the server can write under any id: only what belongs to an entry here is
/// stored.
void ReplicationWriter::take_foreign(const std::string& peer, const Received& documents) {
    std::set<EntryId> touched;
    for (const auto& [name, record] : documents) {
        if (!book_.head(name.id)) continue;
        const bool is_news = keep(name, record);
        if (is_news && name.table == Table::revisions) touched.insert(name.id);
    }
    reconcile(touched, peer);
    if (left_out_ > 0) count_foreign_left_out(vault_, left_out_);
}

/// Stores `record` if it is new and within bounds. False when nothing changed.
bool ReplicationWriter::keep(const DocumentName& name, const RevisionRecord& record) {
    const bool lost_some = drop_lost(name, record.revision);
    const std::optional<RevisionRecord> known = find_revision(vault_, name, record.revision);
    if (known && known->is_verified()) return lost_some;
    // Of two copies of a revision that are not verified, either is as good.
    if (known && !record.is_verified()) return lost_some;
    if (!record.is_verified() && !has_room_for_foreign(vault_, name, record, bounds_)) {
        ++left_out_;
        return lost_some;
    }
    if (name.table == Table::unified) drop_superseded(name, record);
    put_revision(vault_, name, record);
    if (record.is_verified()) undo_ending(name, record.revision);
    if (name.table == Table::revisions && book_.head(name.id)) {
        journal_.append(Act::pulled, name.id, {}, record.revision.to_string());
    }
    return true;
}

/// `revision` seemed foreign when it was ended here, and is the lawyer's own: it stands, and the
/// decision beside it.
void ReplicationWriter::undo_ending(const DocumentName& name, const Revision& revision) {
    std::optional<EntryHead> head = book_.head(name.id);
    if (!head || std::erase(head->ending, revision) == 0) return;
    book_.save(name.id, *head);
    decided_over_[name.id].insert(revision);
}

void ReplicationWriter::mark(const std::string& peer, const std::vector<Mark>& marks) {
    std::map<EntryId, std::vector<Mark>> by_entry;
    for (const Mark& mark : marks) {
        const std::optional<DocumentName> name = DocumentName::parse(mark.leaf.document_id);
        if (name && name->table == Table::revisions) by_entry[name->id].push_back(mark);
    }
    for (const auto& [id, of_entry] : by_entry) mark_entry(peer, id, of_entry);
}

/// The marks of one entry's leaf and of what goes out beside it.
struct ReplicationWriter::Verdicts {
    const Mark* leaf = nullptr;
    bool all_delivered = true;
    bool any_missing = false;

    /// `shown`: shown_for_leaf(); `others`: sendable_others().
    Verdicts(const EntryHead& head, const Revision& shown, const std::vector<Revision>& others,
             const std::vector<Mark>& marks) {
        leaf = head.leaf_is_current ? on(shown, marks) : nullptr;
        if (leaf == nullptr && head.leaf_is_current) leaf = on(head.leaf, marks);
        note(leaf);
        for (const Revision& revision : others) {
            const Mark* mark = on(revision, marks);
            // The peer is not asked for one that was superseded since.
            const bool is_due = std::ranges::find(head.beside, revision) != head.beside.end();
            if (is_due) note(mark);
            any_missing = any_missing || (mark != nullptr && mark->verdict == Verdict::missing);
        }
    }

private:
    static const Mark* on(const Revision& revision, const std::vector<Mark>& marks) {
        const auto found =
            std::ranges::find(marks, revision, [](const Mark& mark) { return mark.leaf.revision; });
        return found == marks.end() ? nullptr : &*found;
    }
    void note(const Mark* mark) {
        all_delivered = all_delivered && mark != nullptr && mark->verdict == Verdict::delivered;
        any_missing = any_missing || (mark != nullptr && mark->verdict == Verdict::missing);
    }
};

/// Of what is gone nothing new is known: what was withdrawn is not asked for anew.
void ReplicationWriter::look_again(const EntryId& id, const std::string& peer) {
    Reconciler(vault_, journal_, book_, rules_).reconcile(id, peer);
}

/// What may go out beside the entry's leaf, should the peer lack it.
std::vector<Revision> ReplicationWriter::sendable_others(const EntryId& id,
                                                         const EntryHead& head) const {
    std::vector<Revision> others = others_of(vault_, id, head);
    if (others.empty()) return others;
    const Entry current = book_.current(id, head).entry;
    std::erase_if(others, [&](const Revision& revision) {
        const auto record = find_revision(vault_, {Table::revisions, id}, revision);
        return !record || !beside_leaf(id, *record, current);
    });
    return others;
}

/// Whether the peer keeps nothing of the leaf, since a foreign revision is its child: however often
/// it is sent, it stays so (a PouchDB that compacts). It goes out again as a child, beside that.
/// What a foreign tombstone deleted is not written again unasked.
bool ReplicationWriter::is_lost_under_another(const EntryId& id, const EntryHead& head,
                                              const Verdicts& verdicts) const {
    const bool is_missing = verdicts.leaf != nullptr &&
                            verdicts.leaf->verdict == Verdict::missing &&
                            verdicts.leaf->leaf.revision == head.leaf;
    if (!is_missing) return false;
    const RevisionSet set(revisions_of(vault_, {Table::revisions, id}));
    return !set.is_deleted() && is_written_over(set.records(), head.leaf);
}

void ReplicationWriter::mark_entry(const std::string& peer, const EntryId& id,
                                   const std::vector<Mark>& marks) {
    record_forgotten(id, marks);
    if (drop_gone(vault_, id, marks, said_now(book_, id, rules_.policy))) look_again(id, peer);
    std::optional<EntryHead> head = book_.head(id);
    if (!head) return;
    const std::vector<Revision> others = sendable_others(id, *head);
    const Revision shown = shown_for_leaf(vault_, id, *head);
    const Verdicts verdicts(*head, shown, others, marks);
    const DeliveryState now = head->delivery;
    const bool out = now == DeliveryState::sent || now == DeliveryState::delivered;
    const bool lost_the_tombstone = verdicts.leaf != nullptr && shown != head->leaf &&
                                    verdicts.leaf->leaf.revision == shown &&
                                    verdicts.leaf->verdict == Verdict::missing;
    if (lost_the_tombstone) {
        erase_revision(vault_, {Table::revisions, id}, shown);
        look_again(id, peer);
        head = book_.expect_head(id);
    }
    if (verdicts.any_missing && out) {
        // The peer lost it, and perhaps the other leaves too.
        head->beside = others;
        if (is_lost_under_another(id, *head, verdicts)) head->leaf_is_current = false;
        return book_.move(id, *head, DeliveryState::pending);
    }
    const bool waiting = now == DeliveryState::pending || now == DeliveryState::sent;
    // The peer refuses a document beside the leaf: the whole entry counts as refused.
    for (const Mark& mark : marks) {
        const bool is_beside =
            std::ranges::find(head->beside, mark.leaf.revision) != head->beside.end();
        if (is_beside && waiting && mark.verdict == Verdict::quarantined)
            return refuse(id, *head, mark);
    }
    if (verdicts.leaf == nullptr || !waiting) return;
    const bool is_taken =
        verdicts.leaf->verdict == Verdict::sent || verdicts.leaf->verdict == Verdict::delivered;
    // A merge or resolution was made while the peer was asked: its tombstones have still to go out.
    if (is_taken && !head->ending.empty()) return;
    switch (verdicts.leaf->verdict) {
        case Verdict::sent:
            if (now == DeliveryState::pending) book_.move(id, *head, DeliveryState::sent);
            return;
        case Verdict::delivered:
            if (verdicts.all_delivered) receive(peer, id, *head);
            return;
        case Verdict::quarantined:
        case Verdict::deferred:
            return refuse(id, *head, *verdicts.leaf);
        case Verdict::missing:
        case Verdict::forgotten:
            return;
    }
}

void ReplicationWriter::receive(const std::string& peer, const EntryId& id, EntryHead& head) {
    head.receipt = journal_.append(Act::delivered, id, {}, head.leaf.to_string() + " at " + peer);
    head.beside.clear();
    head.reason.clear();
    head.attempts = 0;
    book_.move(id, head, DeliveryState::delivered);
    begin_to_forget(id, head);
    // The open conflict is about an unverified copy of this very leaf.
    const auto conflict = vault_.get(Table::conflicts, id.raw());
    if (conflict && unpack<ConflictRecord>(*conflict).other == head.leaf) look_again(id, peer);
}

void ReplicationWriter::refuse(const EntryId& id, EntryHead& head, const Mark& mark) {
    // A peer whose rules change often must not fill the journal.
    const std::string reason = platform::packed(mark.reason);
    const bool is_repeated = head.attempts > 0 && head.reason == reason;
    record_attempt(head, mark.reason);
    if (mark.verdict == Verdict::deferred) return book_.save(id, head);
    if (!is_repeated)
        journal_.append(Act::quarantined, id, {}, mark.leaf.revision.to_string() + ": " + reason);
    book_.move(id, head, DeliveryState::quarantined);
}

void ReplicationWriter::record_attempt(EntryHead& head, const Message& reason) const {
    ++head.attempts;
    head.tried_at = journal_.now();
    head.reason = platform::packed(reason);
}

/// Lists all revisions that the entry's withdrawal replaced, also those of other PCs that were
/// never held here, for still_readable().
void ReplicationWriter::begin_to_forget(const EntryId& id, const EntryHead& head) {
    if (head.position >= kBehindWithdrawals) return;
    const RevisionSet set(revisions_of(vault_, {Table::revisions, id}));
    const RevisionRecord* withdrawal = set.find(head.leaf);
    if (withdrawal == nullptr) return;
    Revisions readable = set.contained_in(*withdrawal);
    for (const RevisionRecord& held : set.records()) {
        if (held.is_verified()) readable.insert(held.revision);
    }
    ForgetRecord record;
    for (const Revision& revision : readable) {
        const RevisionRecord* held = set.find(revision);
        const bool has_no_body = revision == head.leaf || (held != nullptr && held->deleted);
        if (!has_no_body) record.revisions.push_back(revision);
    }
    if (!record.revisions.empty()) vault_.put(Table::to_forget, id.raw(), pack(record));
}

void ReplicationWriter::record_forgotten(const EntryId& id, const std::vector<Mark>& marks) {
    const bool any = std::ranges::any_of(
        marks, [](const Mark& mark) { return mark.verdict == Verdict::forgotten; });
    const auto bytes = any ? vault_.get(Table::to_forget, id.raw()) : std::nullopt;
    if (!bytes) return;
    auto record = unpack<ForgetRecord>(*bytes);
    for (const Mark& mark : marks) {
        if (mark.verdict == Verdict::forgotten) std::erase(record.revisions, mark.leaf.revision);
    }
    if (!record.revisions.empty()) return vault_.put(Table::to_forget, id.raw(), pack(record));
    vault_.erase(Table::to_forget, id.raw());
    journal_.append(Act::forgotten, id);
}

void ReplicationWriter::end_feed(const std::string& peer) {
    std::vector<EntryId> due;
    vault_.scan(Table::at_feed_end, {}, [&](std::string_view key, const std::string&) {
        due.push_back(EntryId::from_raw(key));
        return true;
    });
    for (const EntryId& id : due) {
        Reconciler(vault_, journal_, book_, rules_).reconcile_at_feed_end(id, peer, random_);
    }
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

}  // namespace tizilim::store
