#pragma once

#include "platform/clock.h"

#include <chrono>

namespace tizilim::support {

/// A clock that stands still until a test moves it. Starts at 2026-11-02 04:00 UTC, 09:00 in
/// Astana.
class SimClock final : public platform::Clock {
public:
    [[nodiscard]] platform::WallTime wall_now() const override { return wall_; }
    [[nodiscard]] platform::Instant now() const override { return instant_; }

    /// Time passes for people and for delays alike.
    void advance(std::chrono::milliseconds by) {
        wall_ += by;
        instant_ += by;
    }
    /// Somebody sets the clock: delays go on as before.
    void set_wall(platform::WallTime time) { wall_ = time; }

private:
    platform::WallTime wall_{std::chrono::milliseconds(1'793'592'000'000)};
    platform::Instant instant_{std::chrono::hours(1)};
};

}  // namespace tizilim::support
