#pragma once

#include "platform/text/json.h"
#include "platform/text/message.h"

#include <vector>

namespace tizilim::agent {

/// The state of a register in whole sentences, computed from the daemon's /status.
struct Overview {
    platform::Message lost;      ///< whether anything is, as far as the figures tell
    platform::Message delivery;  ///< where delivery stands, and what that asks of a person
    std::vector<platform::Message> tasks;  ///< what else is to be done, the most pressing first
};

[[nodiscard]] Overview overview(const platform::JsonValue& status);

}  // namespace tizilim::agent
