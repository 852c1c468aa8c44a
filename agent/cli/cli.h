#pragma once

#include "agent/cli/terminal/console.h"
#include "agent/config/places.h"

#include <string>
#include <vector>

namespace tizilim::agent {

/// Runs one command of `tizilim`; `arguments` without the program's name.
[[nodiscard]] int run_cli(std::vector<std::string> arguments, const Console& console,
                          const Environment& environment);

}  // namespace tizilim::agent
