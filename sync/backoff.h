#pragma once

#include "platform/random.h"

#include <chrono>
#include <optional>

namespace tizilim::sync {

/// The bounds of waits after a failure.
struct BackoffRange {
    std::chrono::milliseconds base;
    std::chrono::milliseconds cap;
};

/// Full jitter: a time drawn from [0, min(cap, base·2^failures)] above a floor. It is drawn at the
/// cap too, so that offices cut off together don't return together.
class Backoff {
public:
    explicit Backoff(platform::Random& random) : random_(random) {}

    /// At least `asked_for`, if the server named it, with the jitter added.
    [[nodiscard]] std::chrono::milliseconds next(const BackoffRange& range,
                                                 std::optional<std::chrono::seconds> asked_for);
    void reset() { failures_ = 0; }

private:
    platform::Random& random_;
    unsigned failures_ = 0;
};

}  // namespace tizilim::sync
