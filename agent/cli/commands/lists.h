#pragma once

#include "agent/cli/terminal/command.h"
#include "agent/texts/words.h"

#include <functional>
#include <string>

// NOLINTNEXTLINE(readability-identifier-naming): the library named it
namespace CLI {
class App;
}

namespace tizilim::agent {

/// Adds list, books and backups to the parser; the one that was asked for goes to `chosen`.
void add_list_commands(CLI::App& app, const Words& words,
                       std::function<void(std::function<int(const Command&)> run)> chosen);

/// Each returns an ExitCode. \throws Unreachable
int run_books(const Command& command);
/// Of `directory`, or of the configured folder where that is empty. Where the daemon does not
/// answer, a folder that is known is looked at here.
int run_backups(const Command& command, const std::string& directory);
/// Lets the daemon restore the newest one for a try.
int run_drill(const Command& command);

}  // namespace tizilim::agent
