#include "platform/clock.h"

#include <chrono>

namespace tizilim::platform {

WallTime SystemClock::wall_now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Instant SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

}  // namespace tizilim::platform
