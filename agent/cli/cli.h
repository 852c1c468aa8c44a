#pragma once

#include "agent/config/config.h"
#include "platform/clock.h"

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Exit codes of `tizilim` (the root's README.md, "Use").
enum ExitCode : int { done = 0, refused = 1, usage = 2, unreachable = 3 };

/// Where a command reads and writes; a test gives it strings.
struct Console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool progress = false;  ///< `err` is a terminal
    /// Asks for a password or a code, which is not shown; nothing when nobody answers. Empty when
    /// `in` is no terminal: then what is asked for is in it.
    std::function<std::optional<std::string>(std::string_view question)> ask_secret{};
    /// The same, and what is typed can be seen.
    std::function<std::optional<std::string>(std::string_view question)> ask{};
    /// By which is signed.
    std::function<platform::WallTime()> now = [] { return platform::SystemClock().wall_now(); };
    bool out_is_terminal = false;
    // Of run_cli(), whose commands get streams that show what is hidden instead of writing it.
    std::ostream* bar = nullptr;       ///< for a progress bar, which does command the terminal
    std::ostream* document = nullptr;  ///< for a document, byte by byte
};

/// Runs one command of `tizilim`; `arguments` without the program's name.
[[nodiscard]] int run_cli(std::vector<std::string> arguments, const Console& console,
                          const Environment& environment);

}  // namespace tizilim::agent
