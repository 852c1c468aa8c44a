#pragma once

#include "platform/random.h"

#include <chrono>
#include <optional>

namespace tizilim::sync {

/// How long to wait after a failure.
struct BackoffRange {
    std::chrono::milliseconds base;
    std::chrono::milliseconds cap;
};

/// Full jitter: a time drawn from [0, min(cap, base·2^failures)] above a floor. It is drawn at the
/// cap too, so that offices cut off together don't return together.
class Backoff {
public:
    explicit Backoff(platform::Random& random) : random_(random) {}

    /// Not before `asked_for`, which the server named, and then spread all the same.
    [[nodiscard]] std::chrono::milliseconds next(const BackoffRange& range,
                                                 std::optional<std::chrono::seconds> asked_for);
    void reset() { failures_ = 0; }

private:
    platform::Random& random_;
    unsigned failures_ = 0;
};

}  // namespace tizilim::sync
