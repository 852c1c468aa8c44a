#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// Whether standard input is a person at a terminal.
[[nodiscard]] bool input_is_terminal();

/// How many lines a terminal shows, of how many cells.
struct TerminalSize {
    std::size_t rows = 24;
    std::size_t columns = 80;
};
/// Of the one that standard output is, or else the error output; as above where neither says it.
[[nodiscard]] TerminalSize terminal_size();

/// Asks on the terminal of this process, even if input and output are redirected. Returns one line
/// without its end; nothing when there is no terminal, or it was closed. Input from before the
/// question is dropped. For programs of one thread.
[[nodiscard]] std::optional<std::string> ask(std::string_view question);

/// The same without echo. A signal that ends the program first restores the terminal.
[[nodiscard]] std::optional<std::string> ask_secret(std::string_view question);

}  // namespace tizilim::platform
