#pragma once

#include "platform/random.h"
#include "sync/couch/outcome.h"

#include <chrono>

namespace tizilim::sync {

/// When to look at the server again while there is nothing to send: soon after something was
/// delivered or pulled, then less and less often, up to the interval. Only what passed over the
/// link counts: an entry that stays here changes no timing.
class PollPlan {
public:
    PollPlan(const ReplicatorSettings& settings, platform::Random& random);

    /// Something was delivered or pulled.
    void poll_soon();
    /// How long to wait for the next look, drawn anew, and longer than this one without news.
    [[nodiscard]] std::chrono::milliseconds next();
    /// The longest wait, without jitter.
    [[nodiscard]] std::chrono::milliseconds quiet_interval() const { return quiet_; }

private:
    platform::Random& random_;
    const bool metered_;
    const std::chrono::milliseconds quiet_;
    std::chrono::milliseconds wait_;
};

}  // namespace tizilim::sync
