#pragma once

#include "tests/simulation/marks.h"
#include "tests/simulation/simulation.h"

#include <cstdint>
#include <filesystem>

namespace tizilim::simulation {

/// Many seeds, one after the other, from the plan's own.
struct Sweep {
    Plan plan;
    std::uint64_t seeds = 1;
    std::uint64_t jobs = 1;        ///< processes that share the seeds
    bool twice = false;            ///< run each seed twice and compare the traces
    bool shrink = true;            ///< what fails
    bool until_violation = false;  ///< stop at the first
};

struct Tally {
    std::uint64_t seeds = 0;
    std::uint64_t steps = 0;
    std::uint64_t violations = 0;
    Marks marks;
};

/// Prints each violation with the line that repeats it. `folder` is made, and gone afterwards.
[[nodiscard]] Tally run(const Sweep& sweep, const std::filesystem::path& folder);

}  // namespace tizilim::simulation
