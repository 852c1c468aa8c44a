#include "tests/support/couch_tree.h"

#include "platform/check.h"
#include "store/replication/revision.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

bool wins(const RevisionNode& a, const RevisionNode& b) {
    return std::tuple(!a.deleted, a.revision) > std::tuple(!b.deleted, b.revision);
}

}  // namespace

std::optional<std::size_t> RevisionTree::place_of(const store::Revision& revision) const {
    for (std::size_t i = nodes_.size(); i > 0; --i) {
        if (nodes_[i - 1].revision == revision) return i - 1;
    }
    return {};
}

bool RevisionTree::is_on(const RevisionNode& node, const RevisionPath& path) const {
    const RevisionNode* at = &node;
    for (std::size_t i = 1; i < path.ids.size() && at->parent; ++i) {
        at = &nodes_[*at->parent];
        if (at->revision.digest != path.ids[i]) return false;
    }
    return true;
}

std::optional<std::size_t> RevisionTree::place_of(const RevisionPath& path) const {
    for (std::size_t i = nodes_.size(); i > 0; --i) {
        const RevisionNode& node = nodes_[i - 1];
        if (node.revision == path.revision() && is_on(node, path)) return i - 1;
    }
    return {};
}

bool RevisionTree::holds(const RevisionPath& path) const {
    const std::optional<std::size_t> place = place_of(path);
    return place && nodes_[*place].body;
}

std::optional<std::size_t> RevisionTree::place_under(std::optional<std::size_t> parent,
                                                     const store::Revision& revision) const {
    for (std::size_t i = nodes_.size(); i > 0; --i) {
        const RevisionNode& node = nodes_[i - 1];
        const bool fits = !parent || !node.parent || node.parent == parent;
        if (node.revision == revision && fits) return i - 1;
    }
    return {};
}

/// Makes a node of every id of `path`, oldest first, and gives the place of the newest.
std::size_t RevisionTree::graft(const RevisionPath& path) {
    std::optional<std::size_t> parent;
    const std::size_t count = std::min(path.ids.size(), RevisionPath::kIdsMax);
    for (std::size_t i = count; i > 0; --i) {
        const store::Revision revision{path.start - static_cast<std::uint32_t>(i - 1),
                                       path.ids[i - 1]};
        std::optional<std::size_t> place = place_under(parent, revision);
        if (!place) {
            place = nodes_.size();
            nodes_.push_back({.revision = revision, .parent = {}, .body = {}});
        }
        RevisionNode& node = nodes_[*place];
        if (parent && !node.parent) node.parent = parent;
        if (parent) nodes_[*parent].leaf = false;
        parent = place;
    }
    CHECK(parent.has_value());
    return *parent;
}

bool RevisionTree::insert(const RevisionPath& path, bool deleted, std::string body,
                          KnownRevision known) {
    const std::optional<std::size_t> place =
        known == KnownRevision::keep ? place_of(path.revision()) : place_of(path);
    if (place && (known == KnownRevision::keep || nodes_[*place].body)) return false;
    RevisionNode& node = nodes_[graft(path)];
    node.body = std::move(body);
    node.deleted = deleted;
    return !place;
}

const RevisionNode& RevisionTree::winner() const {
    const RevisionNode* best = nullptr;
    for (const RevisionNode& node : nodes_) {
        if (node.leaf && (best == nullptr || wins(node, *best))) best = &node;
    }
    CHECK(best != nullptr);
    return *best;
}

std::vector<const RevisionNode*> RevisionTree::leaves() const {
    std::vector<const RevisionNode*> leaves;
    for (const RevisionNode& node : nodes_) {
        if (node.leaf) leaves.push_back(&node);
    }
    std::ranges::sort(leaves, [](const auto* a, const auto* b) { return wins(*a, *b); });
    return leaves;
}

const RevisionNode* RevisionTree::find(const store::Revision& revision) const {
    const std::optional<std::size_t> place = place_of(revision);
    return place ? &nodes_[*place] : nullptr;
}

RevisionPath RevisionTree::path_of(const RevisionNode& node) const {
    RevisionPath path{.start = node.revision.generation, .ids = {node.revision.digest}};
    for (std::optional<std::size_t> at = node.parent; at && path.ids.size() < RevisionPath::kIdsMax;
         at = nodes_[*at].parent) {
        path.ids.push_back(nodes_[*at].revision.digest);
    }
    return path;
}

std::vector<const RevisionNode*> RevisionTree::latest_of(const RevisionNode& node) const {
    std::vector<const RevisionNode*> latest;
    for (const RevisionNode* leaf : leaves()) {
        const RevisionNode* at = leaf;
        while (at != &node && at->parent) at = &nodes_[*at->parent];
        if (at == &node) latest.push_back(leaf);
    }
    return latest;
}

void RevisionTree::compact() {
    for (RevisionNode& node : nodes_) {
        if (!node.leaf) node.body.reset();
    }
}

}  // namespace tizilim::support
