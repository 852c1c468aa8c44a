#include "tests/simulation/shrink.h"

#include "tests/simulation/simulation.h"
#include "tests/simulation/weights.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tizilim::simulation {
namespace {

/// Enough for a hundred names; each is a run.
constexpr int kRunsMax = 160;

class Shrinker {
public:
    explicit Shrinker(const std::filesystem::path& folder) : folder_(folder) {}

    /// In a process of its own: a failure may end it.
    [[nodiscard]] bool fails(Plan plan) {
        plan.trace = false;
        if (++runs_ > kRunsMax) return false;
        std::fflush(nullptr);
        const pid_t child = ::fork();
        if (child < 0) throw std::runtime_error("no process can be started");
        if (child == 0) {
            std::fclose(stderr);
            ::_exit(simulate(plan, folder_).violation.empty() ? 0 : 1);
        }
        int status = 0;
        while (::waitpid(child, &status, 0) < 0) {
        }
        return status != 0;
    }

private:
    const std::filesystem::path& folder_;
    int runs_ = 0;
};

/// What fails with n steps may pass with more, and fail otherwise with fewer: bisection finds one
/// end of one failing stretch, which is all that is asked.
Plan with_fewer_steps(Plan plan, Shrinker& shrinker) {
    std::uint64_t passes = 0;
    while (passes + 1 < plan.steps) {
        Plan half = plan;
        half.steps = passes + (plan.steps - passes) / 2;
        if (shrinker.fails(half)) {
            plan = half;
        } else {
            passes = half.steps;
        }
    }
    return plan;
}

}  // namespace

Plan shrink(const Plan& failing, const std::filesystem::path& folder) {
    Shrinker shrinker(folder);
    Plan plan = with_fewer_steps(failing, shrinker);
    plan.trace = false;
    for (const std::string& name : all_names()) {
        Plan smaller = plan;
        if (!smaller.without.insert(name).second) continue;
        if (shrinker.fails(smaller)) plan = smaller;
    }
    return with_fewer_steps(plan, shrinker);
}

}  // namespace tizilim::simulation
