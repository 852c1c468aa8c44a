#pragma once

#include <chrono>

namespace tizilim::platform {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;  ///< may jump; for people
using Instant = std::chrono::steady_clock::time_point;              ///< never goes back; for delays

/// The only source of time in the program. Tests pass a SimClock.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime wall_now() const = 0;
    [[nodiscard]] virtual Instant now() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall_now() const override;
    [[nodiscard]] Instant now() const override;
};

}  // namespace tizilim::platform
