#pragma once

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/reply.h"
#include "platform/text/json.h"

#include <string>

namespace tizilim::agent {

// A withdrawal is for good: the person confirms it.

/// Asks for the entry's name to be typed again, unless `agreed` (--yes). Returns done or refused.
int confirm_withdrawal(const Command& command, const std::string& name, bool agreed);

/// An act on one entry that withdraws it only if the person agrees.
struct EntryAct {
    std::string name;  ///< of the entry, as it was given
    std::string what;  ///< the last part of its path: "amend"
    platform::JsonObject body;
    bool agreed = false;  ///< --yes
};

/// Asks for `act`; if that would withdraw the entry, asks the person, and once more. Returns an
/// ExitCode. \throws Unreachable
int ask_agreed(const Command& command, EntryAct act, const PrintAnswer& print);

}  // namespace tizilim::agent
