#pragma once

#include "tests/simulation/marks.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

namespace tizilim::simulation {

/// All that a run depends on.
struct Plan {
    std::uint64_t seed = 1;
    std::uint64_t steps = 200;
    std::size_t agents = 0;           ///< 0: as many as the seed says
    std::set<std::string> without{};  ///< kinds of acts, faults and disk troubles, by name
    bool trace = false;               ///< print what happens

    /// What repeats it.
    [[nodiscard]] std::string command() const;
};

struct Result {
    std::string violation;  ///< empty: there was none
    std::uint64_t hash = 0;
    std::uint64_t steps = 0;  ///< until the end, or the violation
    std::uint64_t requests = 0;
    Marks marks;
};

/// One run in a folder of its own below `folder`: troubled steps first, then calm until all is
/// quiet. The same plan gives the same result.
[[nodiscard]] Result simulate(const Plan& plan, const std::filesystem::path& folder);

}  // namespace tizilim::simulation
