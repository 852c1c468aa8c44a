#pragma once

#include "platform/clock.h"
#include "platform/random.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace tizilim::agent {

/// When an authority is asked for a time-stamp: once a day, at a time of day that is the
/// installation's own; where this machine was off or without a network then, soon after the start,
/// or an hour after the try that failed. Nothing else is known here, so that nothing that happens
/// in the register moves a question.
class TimestampTimer {
public:
    /// Both outlive it.
    TimestampTimer(const platform::Clock& clock, platform::Random& random,
                   std::string_view installation_id);

    /// How long to wait for the next question; zero: now. `obtained_at`: when the last time-stamp
    /// was stored.
    [[nodiscard]] std::chrono::milliseconds wait(
        std::optional<platform::WallTime> obtained_at) const;
    /// A question is asked now: where it brings nothing, the next is later.
    void tried();

private:
    void not_before(std::chrono::seconds delay, std::chrono::seconds jitter);

    const platform::Clock& clock_;
    platform::Random& random_;
    std::chrono::seconds time_of_day_;
    platform::Instant not_before_;
};

}  // namespace tizilim::agent
