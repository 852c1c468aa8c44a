#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "sync/replicator.h"

#include <chrono>
#include <optional>
#include <string>

namespace tizilim::agent {

/// What SyncLoop knows at one moment.
struct SyncSnapshot {
    std::optional<sync::LinkState> link;  ///< nothing while there is no peer
    std::string peer;                     ///< the address of its database
    platform::LinkCounters counters;      ///< since the start, through new configurations
    std::string pause_reason;             ///< empty: not paused
    std::string store_problem;  ///< why the register failed the last step; empty: it didn't
    std::chrono::seconds poll_interval{1800};
    std::optional<platform::Instant> stepping_since;  ///< of a step under way
    std::optional<platform::Instant> stepped_at;      ///< end of the last step
    std::optional<platform::Instant> due_at;          ///< the next step; nothing: when asked
};

}  // namespace tizilim::agent
