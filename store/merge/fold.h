#pragma once

#include "platform/text/json.h"
#include "store/book/records.h"
#include "store/entry/class_tags.h"
#include "store/merge/merge.h"
#include "store/merge/revision_tree.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// A live leaf and its body, parsed and without `eds`.
struct LiveLeaf {
    RevisionRecord record;
    platform::JsonObject body;
    std::string base{};  ///< canonical JSON, if it disagrees with the tip; empty: no base

    [[nodiscard]] bool is_changed() const;  ///< `body` differs from that of `record`
};

/// The live leaves of an entry, merged as far as they agree. A function of the revisions alone:
/// PCs that merge apart get the same.
struct Fold {
    LiveLeaf tip;  ///< the protocol's winner, with the others' undisputed changes
    Revisions contained;
    std::vector<Revision> taken_in{};  ///< leaves merged into `tip`, to be ended
    std::vector<LiveLeaf> open{};      ///< leaves that disagree with `tip`
};

/// A leaf's body without `eds`; nothing for one that can't be read: it takes no part.
using ReadLeaf = std::function<std::optional<platform::JsonObject>(const RevisionRecord&)>;

/// Merges the live leaves of `set`. Nothing where none can be read.
[[nodiscard]] std::optional<Fold> fold(const RevisionSet& set, const ReadLeaf& read);

/// Narrows the bodies of an open conflict that show more than the class tags of all together let
/// out. `edit`, if not null, is a child that leaves in the tip's place.
void narrow_disputed(Fold& fold, platform::JsonObject* edit);

/// The base's body for a merge of two sides, given what each contains; nothing: no base. A field in
/// which the base disagrees with a revision beside it is as before those two parted: one side may
/// have decided for the base's value, and its tombstone may be under way. Of such a revision that
/// is not held each field may be in dispute that the base changed since then: it is unknown. So is
/// one that was changed by what the other side decided over as foreign.
[[nodiscard]] std::optional<platform::JsonObject> base_body(const RevisionSet& set,
                                                            const Revisions& a, const Revisions& b);

/// Parsed; empty where it is no JSON object.
[[nodiscard]] platform::JsonObject body_of(const RevisionRecord& record);

}  // namespace tizilim::store
