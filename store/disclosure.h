#pragma once

#include "store/codes.h"

#include <map>

namespace tizilim::store {

/// Which class an entry gets when the lawyer chooses none (FACTS.md, "Codes"). The default of the
/// defaults is to withhold.
class DisclosurePolicy {
public:
    DisclosurePolicy();

    /// The office's own choice for a basis; from the configuration.
    void set(BasisType basis, DisclosureClass disclosure) { by_basis_[basis] = disclosure; }

    /// An entry that concerns a minor is `local`, whatever its basis.
    [[nodiscard]] DisclosureClass default_for(BasisType basis, bool minor) const;

private:
    std::map<BasisType, DisclosureClass> by_basis_;
};

}  // namespace tizilim::store
