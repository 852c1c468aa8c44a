#pragma once

#include "store/book/records.h"
#include "store/replication/revision.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tizilim::store {

using Revisions = std::set<Revision>;

/// The intersection.
[[nodiscard]] Revisions both(const Revisions& a, const Revisions& b);

/// A tombstone and the leaf that it ended, which is to be re-created as its child: the revision
/// into which it went is not held, or it was ended as foreign and is ours.
struct Dangling {
    const RevisionRecord* tombstone;
    const RevisionRecord* leaf;
};

/// Who decided over a revision by another took it for foreign, and it is the lawyer's own: neither
/// contains the other.
struct DecidedOver {
    Revision revision;
    Revision by;
};

/// The revisions of one entry that are held here, as the tree that they are (store/merge/README.md,
/// "Conflicts"). Only what is verified counts, unless it is said otherwise: a peer may say of
/// anything that it comes from anything.
class RevisionSet {
public:
    explicit RevisionSet(std::vector<RevisionRecord> records);

    /// `leaf` was merged into `into`; its tombstone is not made yet.
    void end(const Revision& leaf, const Revision& into);
    /// `over` was decided over as foreign by `by`, and its tombstone is not made yet.
    void decide(const Revision& over, const Revision& by) { decided_.push_back({over, by}); }

    /// All of them, verified or not, the highest first.
    [[nodiscard]] const std::vector<RevisionRecord>& records() const { return records_; }
    /// Leaves that are not deleted, the protocol's winner first.
    [[nodiscard]] std::vector<const RevisionRecord*> live_leaves() const;
    /// All leaves, tombstones too, the highest first.
    [[nodiscard]] std::vector<const RevisionRecord*> leaves() const;
    /// Unverified leaves, tombstones too, the highest first, by the ancestors that they name.
    [[nodiscard]] std::vector<const RevisionRecord*> foreign_leaves() const;
    /// Whether all leaves are deleted, foreign ones too: the peer shows nothing of the entry.
    [[nodiscard]] bool is_deleted() const;
    /// The same, and none is foreign.
    [[nodiscard]] bool is_ended() const;
    [[nodiscard]] const RevisionRecord* find(const Revision& revision) const;

    /// Whether `target` or a descendant is held, or the one into which it went by a tombstone.
    [[nodiscard]] bool is_held(const Revision& target) const;

    /// The leaves to re-create once the feed was read to its end.
    [[nodiscard]] std::vector<Dangling> dangling() const;

    /// What was decided over as foreign, and is held here as the lawyer's own.
    [[nodiscard]] std::vector<DecidedOver> decided_over() const;

    /// What `record` contains: itself, its ancestors and, with theirs, the leaves that it or one of
    /// them took in.
    [[nodiscard]] Revisions contained_in(const RevisionRecord& record) const;
    /// The same for a revision that may be known only as another's ancestor.
    [[nodiscard]] Revisions contained_in(const Revision& revision) const;

    /// The last revision that both contain; of several last ones, the last that all of them
    /// contain. Null where there is none, its body is not held, or one side was decided over a
    /// foreign revision that the base knows nothing of: the other may have been, too, and the
    /// tombstone that says so comes behind it.
    [[nodiscard]] const RevisionRecord* base_of(const Revisions& a, const Revisions& b) const;

    /// Those of `contained` that no other of them contains, no tombstones, the highest first.
    [[nodiscard]] std::vector<Revision> last_of(const Revisions& contained) const;

    /// What stands beside `common`, which two sides contain: the last revision of each branch that
    /// comes after none but some of it. It may be known by its name alone.
    [[nodiscard]] Revisions beside(const Revisions& common) const;

    /// Whether `side` has more than `common` and leaves that were ended and made again as they
    /// were.
    [[nodiscard]] bool says_more(const Revisions& side, const Revisions& common) const;

    /// Whether `record` is `revision`, or names it as an ancestor.
    [[nodiscard]] static bool descends(const RevisionRecord& record, const Revision& revision);

private:
    enum class Among { all, verified };
    [[nodiscard]] std::vector<const RevisionRecord*> leaves(Among among) const;
    [[nodiscard]] bool is_ending(const Revision& leaf) const;
    [[nodiscard]] bool is_made_again(const RevisionRecord& record) const;
    [[nodiscard]] std::vector<Revision> living_path(const RevisionRecord& leaf) const;
    [[nodiscard]] bool is_parent_held(const RevisionRecord& tombstone) const;
    [[nodiscard]] Revisions others_decided_over() const;
    [[nodiscard]] bool knows_of_others(const RevisionRecord& base, const Revisions& a,
                                       const Revisions& b) const;
    void add_taken_in(Revisions& found) const;

    std::vector<RevisionRecord> records_;  ///< the highest revision first
    std::vector<std::pair<Revision, Revision>> ending_;
    std::vector<DecidedOver> decided_;
};

}  // namespace tizilim::store
