#include "platform/json.h"
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

// What is noted of an entry behind a merge: its conflict, and what waits for the feed's end.
namespace tizilim::store {

using platform::JsonObject;

ConflictRecord Reconciler::told_by(const RevisionRecord& leaf, ConflictKind kind) {
    ConflictRecord record;
    record.kind = kind;
    record.other = leaf.revision;
    record.aside = leaf.body;
    record.shown_is_ours = true;
    return record;
}

/// What others did to the entry, the highest foreign revision of it.
std::optional<ConflictRecord> Reconciler::outside(const EntryId& id, const RevisionSet& set) const {
    for (const RevisionRecord* leaf : set.foreign_leaves()) {
        // Beside a live leaf nobody sees that another one was deleted.
        if (leaf->deleted && !set.is_deleted()) continue;
        if (leaf->origin == Origin::unverifiable) return told_by(*leaf, ConflictKind::unverifiable);
        return told_by(*leaf, leaf->deleted ? ConflictKind::deleted : ConflictKind::foreign);
    }
    for (const RevisionRecord* leaf : set.live_leaves()) {
        if (!readable(id, *leaf)) return told_by(*leaf, ConflictKind::foreign);
    }
    return {};
}

/// It may have been held back while nobody could tell whose a revision is.
void Reconciler::release(const EntryId& id) {
    EntryHead head = book_.expect_head(id);
    if (head.delivery == DeliveryState::quarantined) book_.move(id, head, DeliveryState::pending);
}

namespace {

/// An edit that was put aside is nowhere else.
bool is_put_aside(const std::optional<ConflictRecord>& conflict) {
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

/// Looks at an edit that was put aside again, now that something else may be shown. What says again
/// what it said before the edit stays in dispute: that was decided by who did not know of the edit.
/// One that disagrees in nothing any more goes on top of what is shown; of what became void nobody
/// changes anything. False: there is none, or it still waits.
bool Reconciler::take_up_aside(const EntryId& id) {
    const std::optional<ConflictRecord> noted = conflict_of(vault_, id);
    if (!noted || !is_put_aside(noted)) return false;
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

void Reconciler::note_conflict(const EntryId& id, const std::optional<ConflictRecord>& found) {
    const std::optional<ConflictRecord> known = conflict_of(vault_, id);
    // It waits for the lawyer, whatever else is pulled.
    if (is_put_aside(known) && !is_put_aside(found)) return;
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

void Reconciler::note_others(const EntryId& id) {
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

/// The tree of the entry ended, and nobody else wrote to it.
bool Reconciler::has_no_leaf(const RevisionSet& set) {
    return set.live_leaves().empty() && set.is_ended();
}

/// Another installation narrowed the class, and committed to nothing. Any other commitment stands.
bool Reconciler::lacks_commitment(const EntryId& id, const EntryHead& head) const {
    if (is_pulled(head.number)) return false;
    const Entry entry = book_.version(id, head.versions).entry;
    return entry.commitment.empty() && (entry.disclosure == DisclosureClass::partial ||
                                        entry.disclosure == DisclosureClass::full);
}

}  // namespace tizilim::store
