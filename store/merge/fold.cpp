#include "store/merge/fold.h"

#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/book/records.h"
#include "store/entry/class_tags.h"
#include "store/merge/merge.h"
#include "store/merge/revision_tree.h"
#include "store/replication/revision.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonObject;

/// Merges `leaf` into the tip if the two disagree in nothing.
bool take_in(Fold& fold, LiveLeaf& leaf, const RevisionSet& set) {
    const Revisions contained = set.contained_in(leaf.record);
    const std::optional<JsonObject> base = base_body(set, fold.contained, contained);
    Merged both = merge(base, fold.tip.body, leaf.body);
    if (!both.disagreements.empty()) {
        leaf.base = base ? platform::canonical_json(*base) : std::string();
        return false;
    }
    fold.tip.body = std::move(both.body);
    fold.contained.insert(contained.begin(), contained.end());
    fold.taken_in.push_back(leaf.record.revision);
    return true;
}

/// One leaf may end the disagreement with another: a withdrawal, or a void entry.
void take_in_all(Fold& fold, std::vector<LiveLeaf> leaves, const RevisionSet& set) {
    for (bool grows = true; grows && !leaves.empty();) {
        fold.open.clear();
        for (LiveLeaf& leaf : leaves) {
            if (!take_in(fold, leaf, set)) fold.open.push_back(std::move(leaf));
        }
        grows = fold.open.size() < leaves.size();
        leaves = std::exchange(fold.open, {});
    }
    fold.open = std::move(leaves);
}

}  // namespace

bool LiveLeaf::is_changed() const {
    return platform::canonical_json(body) !=
           platform::canonical_json(without_signature(body_of(record)));
}

JsonObject body_of(const RevisionRecord& record) {
    auto read = platform::read_json(record.body);
    if (!read || read->object() == nullptr) return {};
    return *read->object();
}

namespace {

/// The last revisions that both sides contain, merged. A field that they changed differently is as
/// in `base`, which all of them contain.
JsonObject agreed_by(const RevisionSet& set, const std::vector<Revision>& last,
                     const RevisionRecord& base) {
    JsonObject parted = without_signature(body_of(base));
    JsonObject agreed = parted;
    for (const Revision& revision : last) {
        const RevisionRecord* record = set.find(revision);
        if (record == nullptr) return parted;
        Merged both = merge(parted, agreed, without_signature(body_of(*record)));
        agreed = std::move(both.body);
        for (const Disagreement& dispute : both.disagreements) {
            put_field(agreed, dispute.field, parted);
        }
    }
    return agreed;
}

}  // namespace

namespace {

/// Makes unknown in `body` what differs between two others.
void mark_changed(JsonObject& body, const JsonObject& a, const JsonObject& b) {
    for (const Disagreement& change : merge(std::nullopt, a, b).disagreements)
        mark_unknown(body, change.field);
}

/// What was decided over as foreign and is the lawyer's own: who made it did not know of the
/// decision, nor who decided that it counts. In what it changed against `base` they disagree.
void mark_decided_over(JsonObject& body, const JsonObject& base, const RevisionSet& set,
                       const Revisions& a, const Revisions& b) {
    const auto lie_between = [](const DecidedOver& decided, const Revisions& one,
                                const Revisions& other) {
        return one.contains(decided.by) && !one.contains(decided.revision) &&
               other.contains(decided.revision) && !other.contains(decided.by);
    };
    for (const DecidedOver& decided : set.decided_over()) {
        if (!lie_between(decided, a, b) && !lie_between(decided, b, a)) continue;
        const RevisionRecord* over = set.find(decided.revision);
        if (over != nullptr) mark_changed(body, base, body_of(*over));
    }
}

}  // namespace

std::optional<JsonObject> base_body(const RevisionSet& set, const Revisions& a,
                                    const Revisions& b) {
    const RevisionRecord* base = set.base_of(a, b);
    if (base == nullptr) return {};
    const Revisions of_both = both(a, b);
    const JsonObject of_base = agreed_by(set, set.last_of(of_both), *base);
    JsonObject body = of_base;
    for (const Revision& one : set.beside(of_both)) {
        // The other side may have decided for the base's value; not if it says nothing of its own.
        const bool is_of_one = a.contains(one) || b.contains(one);
        if (is_of_one && !set.says_more(a.contains(one) ? b : a, of_both)) continue;
        const RevisionRecord* record = set.find(one);
        const RevisionRecord* before = set.base_of(of_both, set.contained_in(one));
        const auto known = before == nullptr ? std::nullopt : std::optional(body_of(*before));
        if (record == nullptr) {
            if (!known) return {};
            mark_changed(body, of_base, *known);
            continue;
        }
        for (const auto& [field, ours, theirs] :
             merge(known, of_base, without_signature(body_of(*record))).disagreements) {
            if (known) {
                put_field(body, field, *known);
            } else {
                mark_unknown(body, field);
            }
        }
    }
    mark_decided_over(body, of_base, set, a, b);
    return body;
}

std::optional<Fold> fold(const RevisionSet& set, const ReadLeaf& read) {
    std::vector<LiveLeaf> leaves;
    for (const RevisionRecord* leaf : set.live_leaves()) {
        if (auto body = read(*leaf)) leaves.push_back({*leaf, *std::move(body)});
    }
    if (leaves.empty()) return {};
    Fold fold{.tip = leaves.front(), .contained = set.contained_in(leaves.front().record)};
    leaves.erase(leaves.begin());
    take_in_all(fold, std::move(leaves), set);
    return fold;
}

void narrow_disputed(Fold& fold, JsonObject* edit) {
    if (fold.open.empty()) return;
    std::vector<JsonObject*> bodies{edit == nullptr ? &fold.tip.body : edit};
    for (LiveLeaf& leaf : fold.open) bodies.push_back(&leaf.body);
    ClassTags tags;
    for (const JsonObject* body : bodies) tags.unite(tags_of(*body));
    const auto stricter = std::ranges::find_if(
        bodies, [](const JsonObject* body) { return withholds_essence(*body); });
    if (stricter == bodies.end() || tags.lets_all_out()) return;
    const JsonObject pattern = **stricter;
    for (JsonObject* body : bodies) {
        if (!withholds_more(pattern, *body)) continue;
        *body = narrowed(std::move(*body), pattern);
        set_tags(*body, tags);
    }
}

}  // namespace tizilim::store
