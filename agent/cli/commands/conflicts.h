#pragma once

#include "agent/cli/commands/commands.h"
#include "agent/texts/words.h"

#include <functional>

// NOLINTNEXTLINE(readability-identifier-naming): the library named it
namespace CLI {
class App;
}

namespace tizilim::agent {

/// Adds conflicts, resolve, quarantine, retry and pair to the parser; the one that was
/// asked for goes to `chosen`.
void add_peer_commands(CLI::App& app, const Words& words,
                       std::function<void(std::function<int(const Command&)> run)> chosen);

}  // namespace tizilim::agent
