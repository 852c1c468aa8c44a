#include "tests/simulation/sweep.h"

#include "tests/simulation/marks.h"
#include "tests/simulation/shrink.h"
#include "tests/simulation/simulation.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <istream>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tizilim::simulation {
namespace {

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

/// What a job leaves: its tally, and what repeats the run that is under way, for when a CHECK ends
/// the program.
struct JobFiles {
    std::filesystem::path runs;
    std::filesystem::path tally;
    std::filesystem::path under_way;

    JobFiles(const std::filesystem::path& folder, std::uint64_t job)
        : runs(folder / ("runs-" + std::to_string(job))),
          tally(folder / ("tally-" + std::to_string(job))),
          under_way(folder / ("under-way-" + std::to_string(job))) {}
};

/// Every `sweep.jobs`-th seed, from the `job`-th on.
Tally run_share(const Sweep& sweep, std::uint64_t job, const JobFiles& files) {
    Tally tally;
    Plan plan = sweep.plan;
    for (std::uint64_t i = job; i < sweep.seeds; i += sweep.jobs) {
        plan.seed = sweep.plan.seed + i;
        std::ofstream(files.under_way) << plan.command();
        const Result result = simulate(plan, files.runs);
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
            report(sweep, plan, result, files.runs);
        }
        if (sweep.twice && simulate(plan, files.runs).hash != result.hash) {
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
void add_tally(Tally& all, const JobFiles& files) {
    std::ifstream in(files.tally);
    Tally tally;
    if (!(in >> tally.seeds >> tally.steps >> tally.violations)) {
        tally.violations = 1;
        std::string command;
        std::getline(std::ifstream(files.under_way), command);
        std::printf("violation: the program ended itself\n  repeat: %s\n", command.c_str());
    }
    all.seeds += tally.seeds;
    all.steps += tally.steps;
    all.violations += tally.violations;
    std::uint64_t count = 0;
    std::string name;
    while (in >> count && std::getline(in >> std::ws, name)) all.marks.add(name, count);
}

}  // namespace

Tally run(const Sweep& sweep, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::fflush(stdout);
    std::vector<pid_t> jobs;
    for (std::uint64_t job = 0; job < sweep.jobs; ++job) {
        const pid_t child = ::fork();
        if (child < 0) throw std::runtime_error("no process can be started");
        if (child == 0) {
            const JobFiles files(folder, job);
            write_tally(run_share(sweep, job, files), files.tally);
            std::fflush(stdout);
            ::_exit(0);
        }
        jobs.push_back(child);
    }
    Tally all;
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        int status = 0;
        while (::waitpid(jobs[job], &status, 0) < 0) {
        }
        add_tally(all, JobFiles(folder, job));
    }
    std::filesystem::remove_all(folder);
    return all;
}

}  // namespace tizilim::simulation
