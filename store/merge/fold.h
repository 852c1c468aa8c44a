#pragma once

#include "platform/json.h"
#include "store/book/records.h"
#include "store/entry/class_tags.h"
#include "store/merge/merge.h"
#include "store/merge/revision_tree.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// A live leaf and what it says, without its signature: that is of no use to a merge.
struct LiveLeaf {
    RevisionRecord record;
    platform::JsonObject body;
    std::string base{};  ///< canonical JSON, of a dispute with the tip; empty: there is none

    [[nodiscard]] bool is_changed() const;  ///< `body` is no longer what the revision has
};

/// What all live leaves of an entry come to. A function of the revisions alone, so that several
/// agents, merging alone, come to the same.
struct Fold {
    LiveLeaf tip;  ///< the protocol's winner, with what the others bring without dispute
    Revisions contained;
    std::vector<Revision> taken_in{};  ///< leaves that the tip makes obsolete
    std::vector<LiveLeaf> open{};      ///< leaves that the tip disagrees with
};

/// Nothing for a leaf that this program can't read: it takes no part.
using ReadLeaf = std::function<std::optional<platform::JsonObject>(const RevisionRecord&)>;

/// Nothing where no live leaf can be read.
[[nodiscard]] std::optional<Fold> fold(const RevisionSet& set, const ReadLeaf& read);

/// Of leaves in dispute none shows more than what was done to the class on all of them lets out.
/// `edit`, or null, goes on top of the tip, and out in its place.
void narrow_disputed(Fold& fold, platform::JsonObject* edit);

/// What a merge of two sides starts from, by what each contains: what their base says. A field in
/// which the base itself disagrees with a leaf that not both contain is as it was before the two
/// parted: one side may have decided for the base's value, and its tombstone may be under way. One
/// that was changed by what the other side decided over as foreign is not known.
/// Nothing where there is no base.
[[nodiscard]] std::optional<platform::JsonObject> base_body(const RevisionSet& set,
                                                            const Revisions& a, const Revisions& b);

/// A body that was stored here.
[[nodiscard]] platform::JsonObject body_of(const RevisionRecord& record);

}  // namespace tizilim::store
