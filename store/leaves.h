#pragma once

#include "store/records.h"
#include "store/revision.h"

#include <optional>
#include <vector>

namespace tizilim::store {

/// The revisions of one entry that are held here, as the tree that they are.
class RevisionSet {
public:
    explicit RevisionSet(std::vector<RevisionRecord> records);

    /// Leaves among what the lawyer's installations made that are not deleted, the protocol's
    /// winner first. What somebody else put on top of one does not count.
    [[nodiscard]] std::vector<const RevisionRecord*> live_leaves() const;
    /// Leaves that somebody else made, deleted or not, the highest first.
    [[nodiscard]] std::vector<const RevisionRecord*> foreign_leaves() const;
    /// Whether all leaves are deleted: then the peer shows nothing of the entry.
    [[nodiscard]] bool is_deleted() const;
    /// The same, by nobody but the lawyer's installations.
    [[nodiscard]] bool is_ended() const;
    /// Whether one of the lawyer's installations ended a branch.
    [[nodiscard]] bool has_graves() const;
    [[nodiscard]] const RevisionRecord* find(const Revision& revision) const;

    /// The tombstone that ended this very leaf, or null.
    [[nodiscard]] const RevisionRecord* grave_of(const Revision& revision) const;

    /// Whose body a merge of two leaves starts from: the last revision that both descend from, or
    /// the one of which a tombstone child says that it was merged. Null when it is not held.
    [[nodiscard]] const RevisionRecord* base_of(const RevisionRecord& a,
                                                const RevisionRecord& b) const;

    /// Whether `record` is, or comes from, `revision`.
    [[nodiscard]] static bool descends(const RevisionRecord& record, const Revision& revision);

private:
    enum class Among { all, not_foreign };
    [[nodiscard]] std::vector<const RevisionRecord*> leaves(Among among) const;

    std::vector<RevisionRecord> records_;  ///< the highest revision first
};

}  // namespace tizilim::store
