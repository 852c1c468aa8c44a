// A small sync with express-pouchdb, its connection cut once, at many places spread over all bytes
// of its requests and answers: byte_cuts [--cuts N].

#include "tests/interop/small_sync.h"
#include "tests/support/express_pouchdb.h"
#include "tests/support/link_emulator.h"
#include "tests/support/temp_directory.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

using tizilim::interop::SmallSync;
using tizilim::support::ExpressPouchDb;
using tizilim::support::LinkCut;
using tizilim::support::LinkEmulator;
using tizilim::support::LinkTotals;

/// A sync is a few bytes longer or shorter each time: a place beyond its end is moved so far back.
constexpr std::uint64_t kShorter = 40;
constexpr int kTriesMax = 5;
/// libcurl sends a request again where its connection died: of so many cuts, one takes that second
/// try, too.
constexpr std::uint64_t kAgainEach = 3;
constexpr std::uint64_t kRestartEach = 4;  ///< of so many cuts, at one the program ends as well

struct Found {
    std::uint64_t cuts = 0;
    std::uint64_t lost = 0;
    std::uint64_t twice = 0;
    std::uint64_t problems = 0;
};

class Cuts {
public:
    Cuts() : server_(NODE, PEER_SERVER, folder_ / "peer") {
        server_.start();
        SmallSync::record(folder_ / "recorded");
    }

    /// Without a cut: what passes each way.
    LinkTotals whole() {
        Found found;
        return sync(nullptr, "whole", found);
    }

    /// The connection ends where `place` of `of` bytes have passed, requests first.
    void cut(std::uint64_t place, const LinkTotals& whole, std::uint64_t number, Found& found) {
        for (int tries = 0; tries < kTriesMax; ++tries) {
            const bool up = place < whole.bytes_up;
            const LinkCut cut{.direction = up ? LinkCut::Direction::up : LinkCut::Direction::down,
                              .after_bytes = up ? place : place - whole.bytes_up,
                              .how = number % 2 == 0 ? LinkCut::How::reset : LinkCut::How::close,
                              .connections_lost = number % kAgainEach == 0 ? 1U : 0U};
            const std::string name = "cut" + std::to_string(number);
            if (sync(&cut, name, found).ended == 1) {
                ++found.cuts;
                return;
            }
            place -= kShorter;
        }
        throw std::runtime_error("no bytes pass where the connection is to be cut");
    }

private:
    LinkTotals sync(const LinkCut* cut, const std::string& name, Found& found) {
        LinkEmulator link(server_.port());
        if (cut != nullptr) link.cut(*cut);
        const std::filesystem::path folder = folder_ / (name + std::to_string(++runs_));
        SmallSync small({folder_ / "recorded", folder, "d" + std::to_string(runs_), link.port()},
                        server_);
        small.run(runs_ % kRestartEach == 0);
        const SmallSync::Held held = small.held();
        found.lost += held.lost;
        found.twice += held.twice;
        found.problems += small.problems().size();
        if (held.lost + held.twice + small.problems().size() > 0) tell(name, cut, small, held);
        std::filesystem::remove_all(folder);
        return link.totals();
    }

    static void tell(const std::string& name, const LinkCut* cut, const SmallSync& small,
                     const SmallSync::Held& held) {
        std::cerr << name;
        if (cut != nullptr) {
            std::cerr << (cut->direction == LinkCut::Direction::up ? ", up" : ", down")
                      << (cut->how == LinkCut::How::reset ? ", reset" : ", closed") << " after "
                      << cut->after_bytes << " bytes";
        }
        std::cerr << ": lost " << held.lost << ", twice " << held.twice << '\n';
        for (const std::string& problem : small.problems()) std::cerr << "  " << problem << '\n';
    }

    tizilim::support::TempDirectory folder_;
    ExpressPouchDb server_;
    std::uint64_t runs_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t count = 500;
    CLI::App app("Cuts the connection of a small sync at many places, one a sync.");
    app.add_option("--cuts", count, "how many")->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    try {
        Cuts cuts;
        const LinkTotals whole = cuts.whole();
        const std::uint64_t bytes = whole.bytes_up + whole.bytes_down;
        std::cout << "one sync: " << whole.requests << " requests, " << whole.bytes_up
                  << " bytes up, " << whole.bytes_down << " bytes down\n"
                  << std::flush;
        Found found;
        for (std::uint64_t i = 0; i < count; ++i) cuts.cut(i * bytes / count, whole, i, found);
        std::cout << "cuts " << found.cuts << ", lost " << found.lost << ", twice " << found.twice
                  << '\n';
        const bool good = found.lost + found.twice + found.problems == 0;
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::cerr << "byte_cuts: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
