#pragma once

#include <optional>
#include <ostream>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): the library named it
namespace CLI {
class App;
}

namespace tizilim::agent {

enum class Shell { bash, zsh, fish };
[[nodiscard]] std::optional<Shell> parse_shell(std::string_view name);

/// Writes a script that completes commands, flags and codes in a shell. It is made of the parser.
void print_completion(std::ostream& out, const CLI::App& app, Shell shell);

}  // namespace tizilim::agent
