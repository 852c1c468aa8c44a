// What delivery takes on a link: bench_link [--check] [--quick] [--no-pouchdb] [--only NAME,…]
// [--json FILE] [--requests FILE].

#include "tests/bench/link/figures.h"
#include "tests/bench/link/scenarios.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

int check(const std::vector<tizilim::bench::Figure>& figures) {
    int code = EXIT_SUCCESS;
    for (const tizilim::bench::Figure& figure : figures) {
        if (figure.is_met()) continue;
        std::cerr << "not met: " << figure.name << '\n';
        code = EXIT_FAILURE;
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    using tizilim::bench::LinkBench;
    tizilim::bench::LinkBenchOptions options;
    std::vector<std::string> only;
    std::string json_file;
    std::string requests_file;
    bool checks = false;
    bool without_pouchdb = false;
    CLI::App app("What delivery of 1,000 entries takes on a link, PouchDB 9 beside it.");
    app.add_flag("--check", checks, "fail, and name each limit that is not met");
    app.add_flag("--quick", options.quick, "what takes about a minute");
    app.add_flag("--no-pouchdb", without_pouchdb, "the agent alone");
    app.add_option("--only", only, "scenarios")
        ->delimiter(',')
        ->check(CLI::IsMember(LinkBench::scenarios()));
    app.add_option("--json", json_file, "write the figures there");
    app.add_option("--requests", requests_file, "write every exchange there");
    CLI11_PARSE(app, argc, argv);
    options.pouchdb = !without_pouchdb;
    options.only = {only.begin(), only.end()};
    try {
        LinkBench bench(options);
        bench.run();
        std::cout << tizilim::bench::table(bench.figures());
        if (!json_file.empty())
            std::ofstream(json_file) << tizilim::bench::json(bench.figures(), bench.runs());
        if (!requests_file.empty()) {
            std::ofstream file(requests_file);
            for (const tizilim::bench::Run& run : bench.runs())
                file << tizilim::bench::requests_of(run);
        }
        return checks ? check(bench.figures()) : EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << "bench_link: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
