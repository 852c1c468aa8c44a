#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// Whether standard input is a person at a terminal.
[[nodiscard]] bool input_is_terminal();

/// Asks on the terminal of this process, whatever its input and output are. One line without its
/// end; nothing when there is no terminal, or it was closed. What was typed before the question is
/// no answer. For programs of one thread.
[[nodiscard]] std::optional<std::string> ask(std::string_view question);

/// The same, and shows nothing of what is typed. A signal that ends the program does so after the
/// terminal is as it was.
[[nodiscard]] std::optional<std::string> ask_secret(std::string_view question);

}  // namespace tizilim::platform
