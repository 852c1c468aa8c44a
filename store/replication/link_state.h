#pragma once

#include "platform/clock.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tizilim::store {

/// How the last exchange with the peer ended.
enum class Outcome {
    progress,        ///< did a batch; there may be more
    idle,            ///< up to date
    offline,         ///< no answer, or "not now"; tried again after a backoff
    captive_portal,  ///< something answered that is not the peer
    unauthorized,    ///< the peer does not accept the credentials; not tried again unasked
    refused          ///< the peer refuses the register as a whole; needs a person
};

/// When a step is wanted next, and why then.
struct Next {
    platform::Instant at{};
    platform::Message why{"next.start"};

    bool operator==(const Next&) const = default;
};

/// Whether Next::at is a time to wait for: Instant::max() means "only when asked".
[[nodiscard]] inline bool is_scheduled(platform::Instant at, platform::Instant now) {
    // What is further away is never meant as a time.
    constexpr std::chrono::hours kScheduleMax{24 * 366};
    return at > now && at < now + kScheduleMax;
}

/// The state of the link, for the status page. Times are empty until they happened.
struct LinkState {
    Outcome outcome = Outcome::idle;
    /// Why the outcome is not progress or idle; no field of an entry in it.
    std::optional<platform::Message> reason;
    std::optional<platform::WallTime> failing_since;
    std::uint64_t failures = 0;                     ///< exchanges that failed since then
    std::optional<platform::Instant> succeeded_at;  ///< the last successful exchange
    /// When the peer last accepted an entry that it had not lost before, or showed that it has one,
    /// or a document was pulled. Questions and repetitions are no progress.
    std::optional<platform::Instant> progressed_at;
    std::optional<platform::WallTime> last_verified_at;  ///< the peer was last asked what it has
    std::uint64_t skipped = 0;  ///< documents that could not be pulled, since the start
    /// The peer's clock minus ours, by the last answer that was the peer's.
    std::optional<std::chrono::seconds> peer_clock_ahead;
    platform::Instant peer_clock_read_at{};  ///< of that answer; ours may have been set since
    /// The longest wait between two polls while all is well.
    std::chrono::milliseconds poll_interval{};
    Next next;

    bool operator==(const LinkState&) const = default;
};

}  // namespace tizilim::store
