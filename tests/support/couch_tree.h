#pragma once

#include "store/replication/revision.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::support {

/// A revision and what it came from, as `_revisions` has it: newest first.
struct RevisionPath {
    /// CouchDB's `_revs_limit`: older ancestors are forgotten.
    static constexpr std::size_t kIdsMax = 1000;

    std::uint32_t start = 0;       ///< generation of the first id
    std::vector<std::string> ids;  ///< digests

    [[nodiscard]] store::Revision revision() const { return {start, ids.front()}; }
};

struct RevisionNode {
    store::Revision revision;
    std::optional<std::size_t> parent;  ///< place in the tree's nodes
    bool deleted = false;
    bool leaf = true;
    /// The members as JSON text, without braces. Nothing: only heard of as an ancestor, or
    /// compacted.
    std::optional<std::string> body;
};

/// What a document's tree does with a revision that it has already.
enum class KnownRevision {
    keep,   ///< PouchDB: the new body is dropped
    refill  ///< CouchDB: a body that is gone, or never came, is taken again; others are dropped
};

/// The revisions of one document, as the replication protocol's specification describes them. A
/// CouchDB that is given one revision with other ancestors has two leaves of one name.
class RevisionTree {
public:
    /// Adds the newest revision of `path`, and stubs for ancestors not seen yet. True when the
    /// leaves changed.
    bool insert(const RevisionPath& path, bool deleted, std::string body, KnownRevision known);

    /// The leaf that everybody shows: not deleted, then longest, then highest digest. There is
    /// always one: a tree comes into being with its first revision.
    [[nodiscard]] const RevisionNode& winner() const;
    /// The winner first, then from high to low.
    [[nodiscard]] std::vector<const RevisionNode*> leaves() const;
    /// Of several of that name, one.
    [[nodiscard]] const RevisionNode* find(const store::Revision& revision) const;
    /// The revision is here with its body, and its ancestors are those of `path`, as far as both
    /// are known.
    [[nodiscard]] bool holds(const RevisionPath& path) const;
    [[nodiscard]] RevisionPath path_of(const RevisionNode& node) const;
    /// Leaves that descend from `node`, or itself if it is one.
    [[nodiscard]] std::vector<const RevisionNode*> latest_of(const RevisionNode& node) const;
    [[nodiscard]] const std::vector<RevisionNode>& nodes() const { return nodes_; }

    /// Forgets the bodies of everything that is no leaf.
    void compact();

private:
    [[nodiscard]] std::optional<std::size_t> place_of(const store::Revision& revision) const;
    [[nodiscard]] std::optional<std::size_t> place_of(const RevisionPath& path) const;
    [[nodiscard]] bool is_on(const RevisionNode& node, const RevisionPath& path) const;
    [[nodiscard]] std::optional<std::size_t> place_under(std::optional<std::size_t> parent,
                                                         const store::Revision& revision) const;
    std::size_t graft(const RevisionPath& path);

    std::vector<RevisionNode> nodes_;
};

}  // namespace tizilim::support
