#include "platform/text/json.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/merge/fold.h"
#include "store/merge/merge.h"
#include "store/merge/reconciler.h"
#include "store/merge/revision_tree.h"
#include "store/replication/disclosed_entry.h"

#include <algorithm>
#include <optional>
#include <string_view>

// What is recorded of an entry after a merge: its conflict, and what waits for the feed's end.
namespace tizilim::store {

using platform::JsonObject;

ConflictRecord Reconciler::conflict_with(const RevisionRecord& leaf, ConflictKind kind) {
    ConflictRecord record;
    record.kind = kind;
    record.other = leaf.revision;
    record.aside = leaf.body;
    record.shown_is_ours = true;
    return record;
}

/// A conflict about the highest leaf that is foreign, or that this program can't read.
std::optional<ConflictRecord> Reconciler::outside(const EntryId& id, const RevisionSet& set) const {
    for (const RevisionRecord* leaf : set.foreign_leaves()) {
        // While there is a live leaf, a deleted one beside it changes nothing.
        if (leaf->deleted && !set.is_deleted()) continue;
        if (leaf->origin == Origin::unverifiable)
            return conflict_with(*leaf, ConflictKind::unverifiable);
        return conflict_with(*leaf, leaf->deleted ? ConflictKind::deleted : ConflictKind::foreign);
    }
    for (const RevisionRecord* leaf : set.live_leaves()) {
        if (!readable(id, *leaf)) return conflict_with(*leaf, ConflictKind::foreign);
    }
    return {};
}

/// An unverifiable leaf is gone or verified now: the entry may have been quarantined for it.
void Reconciler::release(const EntryId& id) {
    EntryHead head = book_.expect_head(id);
    if (head.delivery == DeliveryState::quarantined) book_.move(id, head, DeliveryState::pending);
}

namespace {

/// Whether the conflict holds an edit that was set aside: it is stored nowhere else.
bool awaits_decision(const std::optional<ConflictRecord>& conflict) {
    return conflict && conflict->kind == ConflictKind::edited && conflict->other.generation == 0;
}

std::optional<ConflictRecord> conflict_of(const VaultReader& vault, const EntryId& id) {
    const auto bytes = vault.get(Table::conflicts, id.raw());
    if (!bytes) return {};
    return unpack<ConflictRecord>(*bytes);
}

JsonObject parsed(std::string_view text) {
    RevisionRecord record;
    record.body = text;
    return without_signature(body_of(record));
}

}  // namespace

bool Reconciler::has_put_aside(const EntryId& id) const {
    return awaits_decision(conflict_of(vault_, id));
}

/// Merges an edit that was set aside again, now that another body may be shown. A field that has
/// its value from before the edit again stays in conflict: whoever put it back did not know of the
/// edit. An edit that no longer disagrees becomes a child of the shown leaf, unless the entry
/// became void. False: there is none, or it still disagrees.
bool Reconciler::take_up_aside(const EntryId& id) {
    const std::optional<ConflictRecord> noted = conflict_of(vault_, id);
    if (!noted || !awaits_decision(noted)) return false;
    ConflictRecord conflict = *noted;
    EntryHead head = book_.expect_head(id);
    const EntryVersion current = book_.version(id, head.versions);
    const auto disclosed = disclose(current.entry, rules_.policy);
    if (!disclosed) return false;
    const JsonObject shown = parsed(disclosed->body());
    const JsonObject aside = parsed(conflict.aside);
    std::optional<JsonObject> base;
    if (!conflict.base.empty()) {
        base = parsed(conflict.base);
        for (const Disagreement& was : merge(base, parsed(conflict.shown), aside).disagreements)
            mark_unknown(*base, was.field);
        conflict.base = platform::canonical_json(*base);
    }
    const Merged merged = merge(base, shown, aside);
    if (!merged.disagreements.empty()) {
        vault_.put(Table::conflicts, id.raw(), pack(conflict));
        return false;
    }
    vault_.erase(Table::conflicts, id.raw());
    if (current.entry.state != EntryState::voided) rebase(head, current, head.leaf, merged.body);
    return true;
}

void Reconciler::store_conflict(const EntryId& id, const std::optional<ConflictRecord>& found) {
    const std::optional<ConflictRecord> known = conflict_of(vault_, id);
    // An edit that was set aside waits for the lawyer, whatever else is pulled.
    if (awaits_decision(known) && !awaits_decision(found)) return;
    const bool was_unclear = known && known->kind == ConflictKind::unverifiable;
    const bool is_unclear = found && found->kind == ConflictKind::unverifiable;
    if (was_unclear && !is_unclear) release(id);
    if (!found) {
        if (known) vault_.erase(Table::conflicts, id.raw());
        return;
    }
    ConflictRecord record = *found;
    record.since = known ? known->since : journal_.now();
    vault_.put(Table::conflicts, id.raw(), pack(record));
}

void Reconciler::remember_other_leaves(const EntryId& id) {
    EntryHead head = book_.expect_head(id);
    const RevisionSet set = set_of(id, head);
    const auto leaves = set.leaves();
    const bool has_others =
        !head.beside.empty() || !head.ending.empty() || !set.foreign_leaves().empty() ||
        std::ranges::any_of(
            leaves, [&](const RevisionRecord* leaf) { return leaf->revision != head.leaf; });
    if (head.has_others != has_others) {
        head.has_others = has_others;
        book_.save(id, head);
    }
    const bool is_due = !set.dangling().empty() || has_no_leaf(set) || lacks_commitment(id, head);
    if (is_due) return vault_.put(Table::at_feed_end, id.raw(), {});
    vault_.erase(Table::at_feed_end, id.raw());
}

/// Whether all leaves are ended and none is foreign.
bool Reconciler::has_no_leaf(const RevisionSet& set) {
    return set.live_leaves().empty() && set.is_ended();
}

/// Whether another installation narrowed the class of an entry recorded here, and sent no
/// commitment. Any other commitment stays.
bool Reconciler::lacks_commitment(const EntryId& id, const EntryHead& head) const {
    if (is_pulled(head.number)) return false;
    const Entry entry = book_.version(id, head.versions).entry;
    return entry.commitment.empty() && (entry.disclosure == DisclosureClass::partial ||
                                        entry.disclosure == DisclosureClass::full);
}

}  // namespace tizilim::store
