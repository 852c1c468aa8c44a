#include "tests/simulation/sweep.h"

#include "tests/simulation/marks.h"
#include "tests/simulation/shrink.h"
#include "tests/simulation/simulation.h"

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tizilim::simulation {
namespace {

/// What repeats the run that is under way, for when a CHECK ends the program.
std::string under_way;

void write_out(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void tell_of_abort(int /*signal*/) {
    write_out("violation: the program stopped itself\n  repeat: ");
    write_out(under_way);
    write_out("\n");
}

void report(const Sweep& sweep, const Plan& plan, const Result& result,
            const std::filesystem::path& folder) {
    std::printf("violation at step %llu: %s\n  repeat: %s\n",
                static_cast<unsigned long long>(result.steps), result.violation.c_str(),
                plan.command().c_str());
    std::fflush(stdout);
    if (!sweep.shrink) return;
    std::printf("  shrunk: %s\n", shrink(plan, folder).command().c_str());
    std::fflush(stdout);
}

/// Every `sweep.jobs`-th seed, from the `job`-th on.
Tally run_share(const Sweep& sweep, std::uint64_t job, const std::filesystem::path& folder) {
    Tally tally;
    Plan plan = sweep.plan;
    for (std::uint64_t i = job; i < sweep.seeds; i += sweep.jobs) {
        plan.seed = sweep.plan.seed + i;
        under_way = plan.command();
        const Result result = simulate(plan, folder);
        ++tally.seeds;
        tally.steps += result.steps;
        tally.marks.add(result.marks);
        if (sweep.seeds == 1) {
            std::printf("seed %llu: %llu steps, %llu requests, trace %016llx\n",
                        static_cast<unsigned long long>(plan.seed),
                        static_cast<unsigned long long>(result.steps),
                        static_cast<unsigned long long>(result.requests),
                        static_cast<unsigned long long>(result.hash));
        }
        if (!result.violation.empty()) {
            ++tally.violations;
            report(sweep, plan, result, folder);
        }
        if (sweep.twice && simulate(plan, folder).hash != result.hash) {
            ++tally.violations;
            std::printf("another trace at the second time: %s\n", plan.command().c_str());
        }
        if (sweep.until_violation && tally.violations > 0) break;
    }
    return tally;
}

void write_tally(const Tally& tally, const std::filesystem::path& file) {
    std::ofstream out(file);
    out << tally.seeds << ' ' << tally.steps << ' ' << tally.violations << '\n';
    for (const auto& [name, count] : tally.marks.counts()) out << count << ' ' << name << '\n';
}

/// A job that ended itself wrote none, and counts as a violation.
void add_tally(Tally& all, const std::filesystem::path& file) {
    std::ifstream in(file);
    Tally tally;
    if (!(in >> tally.seeds >> tally.steps >> tally.violations)) tally.violations = 1;
    all.seeds += tally.seeds;
    all.steps += tally.steps;
    all.violations += tally.violations;
    std::uint64_t count = 0;
    std::string name;
    while (in >> count && std::getline(in >> std::ws, name)) all.marks.add(name, count);
}

}  // namespace

Tally run(const Sweep& sweep, const std::filesystem::path& folder) {
    std::signal(SIGABRT, tell_of_abort);
    std::filesystem::create_directories(folder);
    Tally all;
    if (sweep.jobs <= 1) {
        all = run_share(sweep, 0, folder / "run");
        std::filesystem::remove_all(folder);
        return all;
    }
    std::fflush(stdout);
    std::vector<pid_t> jobs;
    for (std::uint64_t job = 0; job < sweep.jobs; ++job) {
        const std::string name = "job-" + std::to_string(job);
        const pid_t child = ::fork();
        if (child < 0) throw std::runtime_error("no process can be started");
        if (child == 0) {
            write_tally(run_share(sweep, job, folder / name), folder / (name + ".tally"));
            std::fflush(stdout);
            ::_exit(0);
        }
        jobs.push_back(child);
    }
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        int status = 0;
        while (::waitpid(jobs[job], &status, 0) < 0) {
        }
        add_tally(all, folder / ("job-" + std::to_string(job) + ".tally"));
    }
    std::filesystem::remove_all(folder);
    return all;
}

}  // namespace tizilim::simulation
