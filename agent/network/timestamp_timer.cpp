#include "agent/network/timestamp_timer.h"

#include "platform/clock.h"
#include "platform/random.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tizilim::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kDay = std::chrono::hours(24);
/// After the start: the network may need a moment, and many machines start at once after a power
/// cut.
constexpr seconds kAfterStart{5};
constexpr seconds kAfterStartJitter{55};
constexpr seconds kAfterTry = std::chrono::hours(1);
constexpr seconds kAfterTryJitter = std::chrono::minutes(10);

/// The id is random and stays: no second number need be kept.
seconds time_of_day_of(std::string_view installation_id) {
    constexpr std::size_t kDigits = 8;
    std::uint32_t number = 0;
    const std::string_view digits = installation_id.substr(0, kDigits);
    std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return seconds(number % static_cast<std::uint32_t>(kDay.count()));
}

}  // namespace

TimestampTimer::TimestampTimer(const platform::Clock& clock, platform::Random& random,
                               std::string_view installation_id)
    : clock_(clock), random_(random), time_of_day_(time_of_day_of(installation_id)) {
    not_before(kAfterStart, kAfterStartJitter);
}

milliseconds TimestampTimer::wait(std::optional<platform::WallTime> obtained_at) const {
    const platform::WallTime now = clock_.wall_now();
    const auto day_began = std::chrono::floor<std::chrono::days>(now - time_of_day_) + time_of_day_;
    // One of the future is of a clock that was wrong.
    if (obtained_at && *obtained_at >= day_began && *obtained_at <= now)
        return std::chrono::ceil<milliseconds>(day_began + kDay - now);
    return std::max(std::chrono::ceil<milliseconds>(not_before_ - clock_.now()), milliseconds(0));
}

void TimestampTimer::tried() {
    not_before(kAfterTry, kAfterTryJitter);
}

void TimestampTimer::not_before(seconds delay, seconds jitter) {
    const milliseconds more(
        random_.below(static_cast<std::uint64_t>(milliseconds(jitter).count())));
    not_before_ = clock_.now() + delay + more;
}

}  // namespace tizilim::agent
