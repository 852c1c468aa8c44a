#include "store/merge/revision_tree.h"

#include "store/book/records.h"
#include "store/merge/revision_rows.h"
#include "store/replication/revision.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// The newest first.
std::vector<Revision> ancestors_of(const RevisionRecord& record) {
    std::vector<Revision> path;
    std::uint32_t generation = record.revision.generation;
    for (const auto& digest : record.ancestors) {
        if (--generation == 0) break;
        path.push_back({generation, digest});
    }
    return path;
}

void add_path(Revisions& found, const RevisionRecord& record) {
    found.insert(record.revision);
    for (Revision& revision : ancestors_of(record)) found.insert(std::move(revision));
}

}  // namespace

Revisions both(const Revisions& a, const Revisions& b) {
    Revisions common;
    std::ranges::set_intersection(a, b, std::inserter(common, common.end()));
    return common;
}

RevisionSet::RevisionSet(std::vector<RevisionRecord> records) : records_(std::move(records)) {
    std::ranges::sort(records_, std::greater(), &RevisionRecord::revision);
}

void RevisionSet::end(const Revision& leaf, const Revision& into) {
    ending_.emplace_back(leaf, into);
}

bool RevisionSet::descends(const RevisionRecord& record, const Revision& revision) {
    if (record.revision == revision) return true;
    if (revision.generation == 0 || revision.generation >= record.revision.generation) return false;
    const std::size_t back = record.revision.generation - revision.generation - 1;
    return back < record.ancestors.size() && record.ancestors[back] == revision.digest;
}

std::vector<const RevisionRecord*> RevisionSet::leaves(Among among) const {
    const auto counts = [&](const RevisionRecord& record) {
        return among == Among::all || record.is_verified();
    };
    std::vector<const RevisionRecord*> found;
    for (const RevisionRecord& record : records_) {
        const bool has_child = std::ranges::any_of(records_, [&](const RevisionRecord& other) {
            const bool goes_on = among == Among::all || goes_on_from_ancestors(other);
            return goes_on && other.revision != record.revision && descends(other, record.revision);
        });
        if (counts(record) && !has_child) found.push_back(&record);
    }
    return found;
}

bool RevisionSet::is_ending(const Revision& leaf) const {
    return std::ranges::any_of(ending_, [&](const auto& end) { return end.first == leaf; });
}

std::vector<const RevisionRecord*> RevisionSet::leaves() const {
    return leaves(Among::verified);
}

std::vector<const RevisionRecord*> RevisionSet::live_leaves() const {
    std::vector<const RevisionRecord*> found = leaves();
    std::erase_if(found, [&](const RevisionRecord* leaf) {
        return leaf->deleted || is_ending(leaf->revision);
    });
    return found;
}

std::vector<const RevisionRecord*> RevisionSet::foreign_leaves() const {
    std::vector<const RevisionRecord*> found = leaves(Among::all);
    std::erase_if(found, [&](const RevisionRecord* leaf) {
        return leaf->is_verified() || is_ending(leaf->revision);
    });
    return found;
}

bool RevisionSet::is_deleted() const {
    const auto found = leaves(Among::all);
    return std::ranges::all_of(found, [](const RevisionRecord* leaf) { return leaf->deleted; });
}

bool RevisionSet::is_ended() const {
    return !records_.empty() && is_deleted() && foreign_leaves().empty();
}

const RevisionRecord* RevisionSet::find(const Revision& revision) const {
    const auto found = std::ranges::find(records_, revision, &RevisionRecord::revision);
    return found == records_.end() || !found->is_verified() ? nullptr : &*found;
}

/// Follows tombstones: of a revision that was ended, the one into which it went is looked up.
bool RevisionSet::is_held(const Revision& target) const {
    Revisions asked{target};
    std::vector<Revision> to_ask{target};
    while (!to_ask.empty()) {
        const Revision revision = to_ask.back();
        to_ask.pop_back();
        for (const RevisionRecord& record : records_) {
            if (!goes_on_from_ancestors(record) || !descends(record, revision)) continue;
            const std::optional<Revision> into = into_of(record);
            if (!into) return true;
            if (asked.insert(*into).second) to_ask.push_back(*into);
        }
    }
    return false;
}

std::vector<Dangling> RevisionSet::dangling() const {
    std::vector<Dangling> found;
    for (const RevisionRecord* end : leaves()) {
        const std::optional<Revision> into = into_of(*end);
        const std::optional<Revision> parent = parent_of(*end);
        if (!end->deleted || !into || !parent) continue;
        const RevisionRecord* leaf = find(*parent);
        if (leaf == nullptr || leaf->deleted) continue;
        // Ended as foreign: it is live here, and the peer no longer shows it.
        const auto live = live_leaves();
        const bool is_hidden =
            ends_a_foreign_leaf(*end) && std::ranges::find(live, leaf) != live.end();
        if (is_hidden || !is_held(*into)) found.push_back({end, leaf});
    }
    return found;
}

bool RevisionSet::is_parent_held(const RevisionRecord& tombstone) const {
    const std::optional<Revision> parent = parent_of(tombstone);
    return parent && find(*parent) != nullptr;
}

/// Foreign revisions that the lawyer decided over.
Revisions RevisionSet::others_decided_over() const {
    Revisions found;
    for (const RevisionRecord& record : records_) {
        if (!record.is_verified() || !ends_a_foreign_leaf(record) || is_parent_held(record))
            continue;
        if (const auto parent = parent_of(record)) found.insert(*parent);
    }
    for (const auto& [leaf, into] : ending_) {
        if (find(leaf) == nullptr) found.insert(leaf);
    }
    return found;
}

std::vector<DecidedOver> RevisionSet::decided_over() const {
    std::vector<DecidedOver> found = decided_;
    for (const RevisionRecord& record : records_) {
        const std::optional<Revision> into = into_of(record);
        const std::optional<Revision> parent = parent_of(record);
        const bool counts = record.is_verified() && ends_a_foreign_leaf(record);
        if (into && parent && counts && find(*parent) != nullptr) found.push_back({*parent, *into});
    }
    return found;
}

/// Leaves that went into one of `found`, with what they come from, until there is none.
void RevisionSet::add_taken_in(Revisions& found) const {
    for (bool grows = true; grows;) {
        const std::size_t before = found.size();
        for (const RevisionRecord& record : records_) {
            const std::optional<Revision> into = into_of(record);
            if (!into || !record.is_verified() || !found.contains(*into)) continue;
            // The PC that ended it took it for foreign, so it took nothing from it.
            if (ends_a_foreign_leaf(record) && is_parent_held(record)) continue;
            for (Revision& revision : ancestors_of(record)) found.insert(std::move(revision));
        }
        for (const auto& [leaf, into] : ending_) {
            if (!found.contains(into)) continue;
            const RevisionRecord* record = find(leaf);
            if (record != nullptr) {
                add_path(found, *record);
            } else {
                found.insert(leaf);  // foreign: its tombstone will name no other ancestor
            }
        }
        grows = found.size() > before;
    }
}

Revisions RevisionSet::contained_in(const RevisionRecord& record) const {
    Revisions found;
    add_path(found, record);
    add_taken_in(found);
    return found;
}

Revisions RevisionSet::contained_in(const Revision& revision) const {
    if (const RevisionRecord* held = find(revision)) return contained_in(*held);
    Revisions found{revision};
    for (const RevisionRecord& record : records_) {
        if (!goes_on_from_ancestors(record) || !descends(record, revision)) continue;
        for (const Revision& ancestor : ancestors_of(record)) {
            if (ancestor < revision) found.insert(ancestor);
        }
        break;
    }
    add_taken_in(found);
    return found;
}

std::vector<Revision> RevisionSet::last_of(const Revisions& contained) const {
    std::vector<std::pair<Revision, Revisions>> last;
    Revisions in_them = others_decided_over();  // none of them is what something starts from
    // What contains another is the higher of the two, but where that was decided over as foreign.
    for (auto one = contained.rbegin(); one != contained.rend(); ++one) {
        const RevisionRecord* record = find(*one);
        if (in_them.contains(*one) || (record != nullptr && record->deleted)) continue;
        Revisions in_it = contained_in(*one);
        std::erase_if(last, [&](const auto& higher) { return in_it.contains(higher.first); });
        in_them.insert(in_it.begin(), in_it.end());
        last.emplace_back(*one, std::move(in_it));
    }
    std::vector<Revision> revisions;
    revisions.reserve(last.size());
    for (auto& [revision, in_it] : last) revisions.push_back(std::move(revision));
    return revisions;
}

/// Whether `base` contains each foreign revision that `a` or `b` was decided over.
bool RevisionSet::knows_of_others(const RevisionRecord& base, const Revisions& a,
                                  const Revisions& b) const {
    const Revisions known = contained_in(base);
    return std::ranges::all_of(others_decided_over(), [&](const Revision& other) {
        return known.contains(other) || (!a.contains(other) && !b.contains(other));
    });
}

const RevisionRecord* RevisionSet::base_of(const Revisions& a, const Revisions& b) const {
    Revisions common = both(a, b);
    for (;;) {
        const std::vector<Revision> last = last_of(common);
        if (last.empty()) return nullptr;
        if (last.size() == 1) {
            const RevisionRecord* base = find(last.front());
            return base != nullptr && knows_of_others(*base, a, b) ? base : nullptr;
        }
        for (const Revision& one : last) common = both(common, contained_in(one));
    }
}

/// A leaf, live or ended by a tombstone, and its ancestors, the newest first, without tombstones.
/// Nothing where who ended it took it for foreign, and it is not held: others_decided_over().
std::vector<Revision> RevisionSet::living_path(const RevisionRecord& leaf) const {
    const RevisionRecord* living = &leaf;
    const std::optional<Revision> parent = parent_of(leaf);
    if (leaf.deleted && parent && is_parent_held(leaf)) living = find(*parent);
    if (living->deleted && ends_a_foreign_leaf(*living)) return {};
    std::vector<Revision> path = ancestors_of(*living);
    path.insert(path.begin(), living->revision);
    std::erase_if(path, [&](const Revision& revision) {
        const RevisionRecord* record = find(revision);
        return record != nullptr && record->deleted;
    });
    return path;
}

/// Whether it is the child of a tombstone, and says what the leaf says that this ended.
bool RevisionSet::is_made_again(const RevisionRecord& record) const {
    const std::optional<Revision> parent = parent_of(record);
    const RevisionRecord* end = parent ? find(*parent) : nullptr;
    if (end == nullptr || !end->deleted || !is_parent_held(*end)) return false;
    const std::optional<Revision> ended = parent_of(*end);
    return ended && find(*ended)->body == record.body;
}

bool RevisionSet::says_more(const Revisions& side, const Revisions& common) const {
    return std::ranges::any_of(side, [&](const Revision& revision) {
        if (common.contains(revision)) return false;
        const RevisionRecord* record = find(revision);
        return record == nullptr || (!record->deleted && !is_made_again(*record));
    });
}

Revisions RevisionSet::beside(const Revisions& common) const {
    const std::vector<Revision> last = last_of(common);
    const auto contains_all = [&](const Revision& revision) {
        const Revisions in_it = contained_in(revision);
        return std::ranges::all_of(last, [&](const Revision& one) { return in_it.contains(one); });
    };
    Revisions found;
    for (const RevisionRecord* leaf : leaves()) {
        const std::vector<Revision> path = living_path(*leaf);
        // What is newer contains more.
        const auto first = std::ranges::partition_point(path, contains_all);
        if (first != path.end() && !common.contains(*first)) found.insert(*first);
    }
    return found;
}

}  // namespace tizilim::store
