#pragma once

#include "agent/delivery/agent_state.h"
#include "platform/clock.h"
#include "platform/text/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Why tries failed, and how many for that reason.
struct OutageError {
    platform::Message reason;
    std::uint64_t count = 0;

    bool operator==(const OutageError&) const = default;
};

/// How an outage ended, as far as it is known.
enum class OutageEnd {
    under_way,
    over,     ///< the unified system could be used again
    changed,  ///< it went on with another cause, as the next outage
    paused,   ///< a person paused delivery
    unknown   ///< the agent ended, or was given another address
};
[[nodiscard]] std::string_view outage_end_name(OutageEnd end);  ///< "over"; empty: under way

/// A time in which the unified system could not be reached, or not be used.
struct Outage {
    std::uint64_t id = 0;  ///< 1, 2, 3… in the order of beginning
    platform::WallTime from{};
    platform::WallTime last{};  ///< of the last failed try
    /// Nothing while it is under way. If its end is not known, `last`.
    std::optional<platform::WallTime> to{};
    State cause = State::offline;
    OutageEnd end = OutageEnd::under_way;
    std::uint64_t attempts = 0;  ///< failed ones
    std::vector<OutageError> errors{};
    std::uint64_t other_errors = 0;  ///< attempts with reasons beyond kOutageErrorsMax

    bool operator==(const Outage&) const = default;

    /// Counts `count` failures for `reason`, whose texts are cut to one bounded line without what
    /// could be a password in an address.
    void add_errors(const platform::Message& reason, std::uint64_t count);
    /// Whether a part of it is in [since, until); under way, it lasts until `now`.
    [[nodiscard]] bool overlaps(platform::WallTime since, platform::WallTime until,
                                platform::WallTime now) const;
};

/// Different errors that an outage keeps; bytes of each text in one; bytes of one: what is longer
/// is kept as a text alone.
inline constexpr std::size_t kOutageErrorsMax = 8;
inline constexpr std::size_t kOutageTextBytesMax = 200;
inline constexpr std::size_t kOutageReasonBytesMax = 500;

/// A line of the log's file, without its end. Stored: names are never changed.
[[nodiscard]] std::string outage_line(const Outage& outage);
/// Nothing for a line that is cut off, or of another version.
[[nodiscard]] std::optional<Outage> outage_of_line(std::string_view line);

}  // namespace tizilim::agent
