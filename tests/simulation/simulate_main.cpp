#include "platform/clock.h"
#include "platform/process/standard_files.h"
#include "tests/simulation/marks.h"
#include "tests/simulation/sweep.h"
#include "tests/simulation/weights.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

namespace simulation = tizilim::simulation;

/// In memory where the machine has such a folder: registers are many and short-lived.
std::filesystem::path folder_of_runs() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code failed;
    const bool usable =
        std::filesystem::is_directory(memory, failed) && ::access(memory.c_str(), W_OK) == 0;
    const std::filesystem::path base = usable ? memory : std::filesystem::temp_directory_path();
    return base / ("tizilim-simulate-" + std::to_string(::getpid()));
}

bool all_known(const std::vector<std::string>& given) {
    const std::vector<std::string> known = simulation::all_names();
    bool all = true;
    for (const std::string& name : given) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::fprintf(stderr, "unknown: %s\n", name.c_str());
        all = false;
    }
    return all;
}

int run(const simulation::Sweep& sweep, bool marks) {
    const tizilim::platform::SystemClock clock;
    const auto began = clock.now();
    const simulation::Tally tally = simulation::run(sweep, folder_of_runs());
    const std::chrono::duration<double> took = clock.now() - began;
    std::printf("%llu seeds, %llu steps, %.1f s, %llu violations\n",
                static_cast<unsigned long long>(tally.seeds),
                static_cast<unsigned long long>(tally.steps), took.count(),
                static_cast<unsigned long long>(tally.violations));
    if (tally.violations > 0) return 1;
    if (!marks) return 0;
    const std::vector<std::string> missing =
        tally.marks.missing(simulation::all_marks(tally.seeds));
    for (const std::string& name : missing) std::printf("never came: %s\n", name.c_str());
    return missing.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    tizilim::platform::open_standard_files();
    simulation::Sweep sweep;
    std::vector<std::string> without;
    bool marks = false;
    CLI::App app("Agents and a unified system in one thread, from one seed");
    app.add_option("--seed", sweep.plan.seed, "the first seed");
    app.add_option("--seeds", sweep.seeds, "how many seeds, one after the other");
    app.add_option("--steps", sweep.plan.steps, "troubled steps before calm");
    app.add_option("--agents", sweep.plan.agents, "how many, whatever the seed says");
    app.add_option("--without", without, "kinds of trouble to leave out")->delimiter(',');
    app.add_option("--jobs", sweep.jobs, "processes that share the seeds");
    app.add_flag("--trace", sweep.plan.trace, "print what happens");
    app.add_flag("--marks", marks, "fail when a kind of trouble or of answer never came");
    app.add_flag("--twice", sweep.twice, "run each seed twice and compare the traces");
    app.add_flag("--until-violation", sweep.until_violation, "stop at the first");
    app.add_flag("!--no-shrink", sweep.shrink, "leave a failing run as it is");
    CLI11_PARSE(app, argc, argv);
    if (!all_known(without)) return 2;
    sweep.plan.without = {without.begin(), without.end()};
    try {
        return run(sweep, marks);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "simulate: %s\n", error.what());
        return 2;
    }
}
