#pragma once

#include "agent/documents/text_table.h"
#include "platform/clock.h"
#include "platform/desktop.h"
#include "platform/process/terminal.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// Exit codes of `tizilim` (the root's README.md, "Use").
enum ExitCode : int { done = 0, refused = 1, usage = 2, unreachable = 3 };

/// Where a command reads and writes; a test gives it strings.
struct Console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool progress = false;  ///< `err` is a terminal
    /// Asks for a password or a code without echo; nothing: no answer. Empty when `in` is no
    /// terminal: then read it from `in`.
    std::function<std::optional<std::string>(std::string_view question)> ask_secret{};
    /// The same with echo.
    std::function<std::optional<std::string>(std::string_view question)> ask{};
    /// The time of signing.
    std::function<platform::WallTime()> now = [] { return platform::SystemClock().wall_now(); };
    /// Opens a file as a double click would; false: nothing can. Empty where there is no desktop.
    std::function<bool(const std::filesystem::path& file)> open_file{};
    /// Shows a notice on the desktop; false: nothing can. Empty where there is none.
    std::function<bool(const std::string& title, const std::string& text)> notify{};
    std::filesystem::path home{};   ///< of the person; empty: not known
    std::filesystem::path state{};  ///< where his programs keep what they remember; empty: nowhere
    /// Waits for what another program does.
    std::function<void(std::chrono::milliseconds time)> wait = platform::let_pass;
    bool out_is_terminal = false;
    platform::TerminalSize size{};  ///< of the terminal
    /// How wide `out` is, and `err`.
    [[nodiscard]] std::size_t cells_max() const {
        return out_is_terminal ? size.columns : kNoCellsMax;
    }
    [[nodiscard]] std::size_t err_cells_max() const {
        return progress ? size.columns : kNoCellsMax;
    }
    // Set by run_cli(), which gives its commands VisibleStreams as `out` and `err`.
    std::ostream* bar = nullptr;       ///< for a progress bar, which needs control characters
    std::ostream* document = nullptr;  ///< for a document, byte by byte
};

}  // namespace tizilim::agent
