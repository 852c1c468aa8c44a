#pragma once

#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/texts/words.h"

#include <CLI/App.hpp>
#include <functional>
#include <string>

namespace tizilim::agent {

/// `add` and `codes`. The one that was asked for goes to `chosen`.
void add_recording_commands(CLI::App& app, const Words& words,
                            const std::function<void(std::function<int(const Command&)>)>& chosen);

/// With neither flags of fields nor standard input, and at a terminal, asks for the fields. Returns
/// an ExitCode. \throws Unreachable
int run_add(const Command& command, const AddOptions& options);

/// What the coded fields may be: number, code and words; needs no daemon. `kind`: a field's flag
/// without its dashes; empty: all.
int run_codes(const Command& command, const std::string& kind);

}  // namespace tizilim::agent
