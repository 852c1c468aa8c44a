#pragma once

#include "agent/cli/terminal/console.h"
#include "agent/config/config.h"
#include "agent/texts/words.h"

namespace tizilim::agent {

/// What every command needs.
struct Command {
    Configuration configuration;
    bool json = false;
    const Console& console;
    Words words;
    bool names_flags = false;  ///< messages name a field by its flag
};

}  // namespace tizilim::agent
