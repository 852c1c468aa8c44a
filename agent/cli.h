#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace tizilim::agent {

/// Exit codes of `tizilim` (DESIGN, "Command line").
enum ExitCode : int { done = 0, refused = 1, usage = 2, unreachable = 3 };

/// Where a command reads and writes; a test gives it strings.
struct Console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool progress = false;  ///< `err` is a terminal
};

/// Runs one command of `tizilim`; `arguments` without the program's name.
[[nodiscard]] int run_cli(std::vector<std::string> arguments, const Console& console);

}  // namespace tizilim::agent
