#pragma once

#include "tests/simulation/simulation.h"

#include <filesystem>

namespace tizilim::simulation {

/// A smaller plan that fails, too: fewer steps, then without the kinds of trouble that it does not
/// need. `failing` fails.
[[nodiscard]] Plan shrink(const Plan& failing, const std::filesystem::path& folder);

}  // namespace tizilim::simulation
