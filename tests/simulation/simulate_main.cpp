#include "tests/simulation/marks.h"
#include "tests/simulation/shrink.h"
#include "tests/simulation/simulation.h"
#include "tests/simulation/weights.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace {

using tizilim::simulation::Plan;
using tizilim::simulation::Result;

struct Options {
    Plan plan;
    std::uint64_t seeds = 1;
    std::vector<std::string> without;
    bool marks = false;
    bool shrink = true;
    bool twice = false;
};

/// What repeats the run that is under way, for when a CHECK ends the program.
std::string under_way;

void tell_of_abort(int /*signal*/) {
    const std::string_view begin = "violation: the program stopped itself\n  repeat: ";
    (void)!::write(STDOUT_FILENO, begin.data(), begin.size());
    (void)!::write(STDOUT_FILENO, under_way.data(), under_way.size());
    (void)!::write(STDOUT_FILENO, "\n", 1);
}

/// In memory where the machine has such a folder: registers are many and short-lived.
std::filesystem::path make_folder() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code failed;
    const bool usable =
        std::filesystem::is_directory(memory, failed) && ::access(memory.c_str(), W_OK) == 0;
    const std::filesystem::path base = usable ? memory : std::filesystem::temp_directory_path();
    return base / ("tizilim-simulate-" + std::to_string(::getpid()));
}

int report(const Plan& plan, const Result& result, const Options& options,
           const std::filesystem::path& folder) {
    std::printf("violation at step %llu: %s\n  repeat: %s\n",
                static_cast<unsigned long long>(result.steps), result.violation.c_str(),
                plan.command().c_str());
    std::fflush(stdout);
    if (!options.shrink) return 1;
    const Plan shrunk = tizilim::simulation::shrink(plan, folder);
    std::printf("  shrunk: %s\n", shrunk.command().c_str());
    return 1;
}

int check_marks(const tizilim::simulation::Marks& marks) {
    const std::vector<std::string> missing = marks.missing(tizilim::simulation::all_marks());
    for (const std::string& name : missing) std::printf("never came: %s\n", name.c_str());
    return missing.empty() ? 0 : 1;
}

int run(const Options& options) {
    const auto began = std::chrono::steady_clock::now();
    const std::filesystem::path folder = make_folder();
    tizilim::simulation::Marks marks;
    std::uint64_t steps = 0;
    std::uint64_t violations = 0;
    Plan plan = options.plan;
    for (std::uint64_t i = 0; i < options.seeds; ++i, ++plan.seed) {
        under_way = plan.command();
        const Result result = tizilim::simulation::simulate(plan, folder);
        steps += result.steps;
        marks.add(result.marks);
        if (options.seeds == 1) {
            std::printf("seed %llu: %llu steps, %llu requests, trace %016llx\n",
                        static_cast<unsigned long long>(plan.seed),
                        static_cast<unsigned long long>(result.steps),
                        static_cast<unsigned long long>(result.requests),
                        static_cast<unsigned long long>(result.hash));
        }
        if (!result.violation.empty()) {
            ++violations;
            (void)report(plan, result, options, folder);
        }
        if (options.twice && tizilim::simulation::simulate(plan, folder).hash != result.hash) {
            ++violations;
            std::printf("another trace at the second time: %s\n", plan.command().c_str());
        }
    }
    std::filesystem::remove_all(folder);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%llu seeds, %llu steps, %.1f s, %llu violations\n",
                static_cast<unsigned long long>(options.seeds),
                static_cast<unsigned long long>(steps), took.count(),
                static_cast<unsigned long long>(violations));
    const int missing = options.marks ? check_marks(marks) : 0;
    return violations > 0 ? 1 : missing;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Agents and a unified system in one thread, from one seed");
    app.add_option("--seed", options.plan.seed, "the first seed");
    app.add_option("--seeds", options.seeds, "how many seeds, one after the other");
    app.add_option("--steps", options.plan.steps, "troubled steps before calm");
    app.add_option("--agents", options.plan.agents, "how many, whatever the seed says");
    app.add_option("--without", options.without, "kinds of trouble to leave out")->delimiter(',');
    app.add_flag("--trace", options.plan.trace, "print what happens");
    app.add_flag("--marks", options.marks, "fail when a kind of trouble or answer never came");
    app.add_flag("--twice", options.twice, "run each seed twice and compare the traces");
    app.add_flag("!--no-shrink", options.shrink, "leave a failing run as it is");
    CLI11_PARSE(app, argc, argv);
    options.plan.without = {options.without.begin(), options.without.end()};
    const std::vector<std::string> known = tizilim::simulation::all_names();
    for (const std::string& name : options.without) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::fprintf(stderr, "unknown: %s\n", name.c_str());
        return 2;
    }
    std::signal(SIGABRT, tell_of_abort);
    try {
        return run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "simulate: %s\n", error.what());
        return 2;
    }
}
