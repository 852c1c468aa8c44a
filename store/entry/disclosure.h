#pragma once

#include "platform/text/json.h"
#include "store/entry/class_tags.h"
#include "store/entry/codes.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

struct Entry;

/// Which class an entry gets when the lawyer chooses none (store/entry/README.md, "Codes"). The
/// default of the defaults is to withhold.
class DisclosurePolicy {
public:
    DisclosurePolicy();

    /// The office's own choice for a basis; from the configuration.
    void set(BasisType basis, DisclosureClass disclosure) { by_basis_[basis] = disclosure; }

    /// An entry that concerns a minor is `local`, whatever its basis.
    [[nodiscard]] DisclosureClass default_for(BasisType basis, bool minor) const;

    /// The fields that a class keeps here, as the wire names them: a function of the class alone,
    /// never of whether a field is filled.
    [[nodiscard]] std::vector<std::string_view> withheld(DisclosureClass disclosure) const;

private:
    std::map<BasisType, DisclosureClass> by_basis_;
};

/// Whether anything of it may leave: not of one that is `local`, nor of one that concerns a minor,
/// whatever class it has come to; a withdrawal always.
[[nodiscard]] bool may_leave(const Entry& entry);

/// The members of a document that tell what was done to its class; none where that is usual.
[[nodiscard]] platform::JsonObject members_of(const ClassTags& tags);
inline constexpr std::string_view kNarrowed = "narrowed";
inline constexpr std::string_view kRaised = "raised";

/// What the lawyer signs (store/replication/README.md, "Wire"): canonical JSON (RFC 8785) of what
/// would leave of `entry`, with `_id` and `commitment`, without `eds`. Of an entry that stays, as
/// if it were `partial`: its signature stays too.
[[nodiscard]] std::string signing_bytes(const Entry& entry, const DisclosurePolicy& policy);

}  // namespace tizilim::store
