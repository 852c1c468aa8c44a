#pragma once

#include "agent/cli/terminal/console.h"
#include "agent/config/places.h"
#include "agent/texts/words.h"

#include <functional>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the library named it
namespace CLI {
class App;
}

namespace tizilim::agent {

/// Runs one command of `tizilim`; `arguments` without the program's name.
[[nodiscard]] int run_cli(std::vector<std::string> arguments, const Console& console,
                          const Environment& environment);

/// Shows the parser, with its explanations in `words`: for what is made of it beside the program.
void show_parser(const Words& words, const std::function<void(const CLI::App&)>& look);

}  // namespace tizilim::agent
