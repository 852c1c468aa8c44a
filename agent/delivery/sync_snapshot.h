#pragma once

#include "platform/clock.h"
#include "platform/http_transport.h"
#include "sync/replicator.h"

#include <chrono>
#include <optional>
#include <string>

namespace tizilim::agent {

/// What is known of delivery, at one moment.
struct SyncSnapshot {
    std::optional<sync::LinkState> link;  ///< nothing while there is no peer
    std::string peer;                     ///< the address of its database
    platform::LinkCounters counters;      ///< since the start, whatever was reconfigured
    std::string pause_reason;             ///< empty: not paused
    std::string store_problem;  ///< why the register failed the last step; empty: it didn't
    std::chrono::seconds poll_interval{1800};
    std::optional<platform::Instant> stepping_since;  ///< a step is under way
    std::optional<platform::Instant> stepped_at;      ///< the last one ended
    std::optional<platform::Instant> due_at;          ///< the next step; nothing: when asked
};

}  // namespace tizilim::agent
