#include "store/leaves.h"

#include "store/records.h"
#include "store/revision.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// `record` and what it comes from, the newest first.
std::vector<Revision> path_of(const RevisionRecord& record) {
    std::vector<Revision> path{record.revision};
    std::uint32_t generation = record.revision.generation;
    for (const auto& digest : record.ancestors) {
        if (--generation == 0) break;
        path.push_back({generation, digest});
    }
    return path;
}

bool is_in(const std::vector<Revision>& path, const Revision& revision) {
    return std::ranges::find(path, revision) != path.end();
}

}  // namespace

RevisionSet::RevisionSet(std::vector<RevisionRecord> records) : records_(std::move(records)) {
    std::ranges::sort(records_, std::greater(), &RevisionRecord::revision);
}

bool RevisionSet::descends(const RevisionRecord& record, const Revision& revision) {
    if (record.revision == revision) return true;
    if (revision.generation == 0 || revision.generation >= record.revision.generation) return false;
    const std::size_t back = record.revision.generation - revision.generation - 1;
    return back < record.ancestors.size() && record.ancestors[back] == revision.digest;
}

std::vector<const RevisionRecord*> RevisionSet::leaves(Among among) const {
    const auto counts = [&](const RevisionRecord& record) {
        return among == Among::all || record.origin != Origin::foreign;
    };
    std::vector<const RevisionRecord*> found;
    for (const RevisionRecord& record : records_) {
        const bool has_child = std::ranges::any_of(records_, [&](const RevisionRecord& other) {
            return counts(other) && other.revision != record.revision &&
                   descends(other, record.revision);
        });
        if (counts(record) && !has_child) found.push_back(&record);
    }
    return found;
}

std::vector<const RevisionRecord*> RevisionSet::live_leaves() const {
    std::vector<const RevisionRecord*> found = leaves(Among::not_foreign);
    std::erase_if(found, [](const RevisionRecord* leaf) { return leaf->deleted; });
    return found;
}

std::vector<const RevisionRecord*> RevisionSet::foreign_leaves() const {
    std::vector<const RevisionRecord*> found = leaves(Among::all);
    std::erase_if(found,
                  [](const RevisionRecord* leaf) { return leaf->origin != Origin::foreign; });
    return found;
}

bool RevisionSet::is_deleted() const {
    const auto found = leaves(Among::all);
    return std::ranges::all_of(found, [](const RevisionRecord* leaf) { return leaf->deleted; });
}

bool RevisionSet::is_ended() const {
    return !records_.empty() && is_deleted() && foreign_leaves().empty();
}

bool RevisionSet::has_graves() const {
    return std::ranges::any_of(records_, [](const RevisionRecord& record) {
        return record.deleted && record.origin != Origin::foreign;
    });
}

const RevisionRecord* RevisionSet::find(const Revision& revision) const {
    const auto found = std::ranges::find(records_, revision, &RevisionRecord::revision);
    return found == records_.end() ? nullptr : &*found;
}

const RevisionRecord* RevisionSet::grave_of(const Revision& revision) const {
    const auto found = std::ranges::find_if(records_, [&](const RevisionRecord& record) {
        return record.deleted && record.revision.generation == revision.generation + 1 &&
               descends(record, revision);
    });
    return found == records_.end() ? nullptr : &*found;
}

const RevisionRecord* RevisionSet::base_of(const RevisionRecord& a, const RevisionRecord& b) const {
    const std::vector<Revision> of_a = path_of(a);
    const std::vector<Revision> of_b = path_of(b);
    std::vector<Revision> known;
    for (const auto* path : {&of_a, &of_b}) {
        const auto& other = path == &of_a ? of_b : of_a;
        for (const Revision& revision : *path) {
            if (is_in(other, revision) || grave_of(revision) != nullptr) known.push_back(revision);
        }
    }
    if (known.empty()) return nullptr;
    const RevisionRecord* base = find(*std::ranges::max_element(known));
    return base == nullptr || base->deleted ? nullptr : base;
}

}  // namespace tizilim::store
