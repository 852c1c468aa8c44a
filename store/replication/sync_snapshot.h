#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/text/message.h"
#include "store/replication/link_state.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// What SyncLoop knows at one moment.
struct SyncSnapshot {
    std::optional<LinkState> link;                  ///< nothing while there is no peer
    std::string peer;                               ///< the address of its database
    platform::LinkCounters counters;                ///< since the start, through new configurations
    std::optional<platform::Message> pause_reason;  ///< nothing: not paused
    /// Why the register failed the last step; nothing: it didn't.
    std::optional<platform::Message> store_problem;
    std::chrono::seconds poll_interval{1800};
    std::optional<platform::Instant> stepping_since;  ///< of a step under way
    std::optional<platform::Instant> stepped_at;      ///< end of the last step
    std::optional<platform::Instant> due_at;          ///< the next step; nothing: when asked
    /// What the system holds its program to: "seccomp".
    std::vector<std::string> confinement{};
    /// The first to end of the peer's certificates; nothing: none was seen yet.
    std::optional<platform::WallTime> certificate_ends_at{};
};

}  // namespace tizilim::store
