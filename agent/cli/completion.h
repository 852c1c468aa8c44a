#pragma once

#include <ostream>

// NOLINTNEXTLINE(readability-identifier-naming): the library named it
namespace CLI {
class App;
}

namespace tizilim::agent {

/// Writes a script that completes commands, flags and codes in bash. It is made of the parser.
void print_bash_completion(std::ostream& out, const CLI::App& app);

}  // namespace tizilim::agent
