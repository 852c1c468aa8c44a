#pragma once

#include "store/replication.h"

#include <cstdint>
#include <string>

namespace tizilim::sync {

/// What is known since the peer was last greeted. Losing it costs a few requests, never an entry:
/// each part says so by its value at the start.
struct Session {
    std::string peer;      ///< identity of the peer's register
    std::string instance;  ///< uuid of the server
    store::Checkpoint checkpoint{};
    /// Every leaf that awaits a receipt was accepted before the last epoch was acknowledged.
    bool epoch_covers_sent = false;
    /// Something arrived since the last epoch: without a new one, a peer restored to before that
    /// would go unnoticed, and our `since` would be of another past.
    bool epoch_is_due = false;
    bool pull_is_due = true;
    bool bulk_get_is_absent = false;
    std::uint64_t sent_since_epoch = 0;
    unsigned pages_of_poll = 0;
    unsigned polls = 0;
};

/// What a phase of replication did.
enum class Phase {
    nothing_to_do,
    prepared,  ///< an exchange that moved no document
    moved      ///< something was sent, received or verified
};

}  // namespace tizilim::sync
