#pragma once

#include "agent/cli/entries.h"
#include "agent/cli/reply.h"
#include "platform/json.h"

#include <string>

namespace tizilim::agent {

// A withdrawal is for good: whoever asks for one says so twice.

/// Asks for the entry's name to be typed again, unless `agreed` (--yes). done, or why not: refused.
int confirm_withdrawal(const Command& command, const std::string& name, bool agreed);

/// An act on one entry that withdraws it only where its owner agrees.
struct EntryAct {
    std::string name;  ///< of the entry, as it was given
    std::string what;  ///< the last part of its path: "amend"
    platform::JsonObject body;
    bool agreed = false;  ///< --yes
};

/// Asks for `act`; where that would withdraw the entry, asks the person, and once more. An
/// ExitCode. \throws Unreachable
int ask_agreed(const Command& command, EntryAct act, const PrintAnswer& print);

}  // namespace tizilim::agent
