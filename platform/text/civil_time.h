#pragma once

#include "platform/clock.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

using CivilDate = std::chrono::year_month_day;
/// Added to UTC to get civil time; +05:00 in all of Kazakhstan since 1 March 2024.
using UtcOffset = std::chrono::minutes;

/// The civil day at `offset`, whatever the machine's own time zone says.
[[nodiscard]] CivilDate civil_day(WallTime time, UtcOffset offset);

/// "2025-11-03". Nothing for text of another shape or a day that no calendar has.
[[nodiscard]] std::optional<CivilDate> parse_date(std::string_view text);
[[nodiscard]] std::string format_date(CivilDate date);

/// RFC 3339, to the second: "2025-11-03T09:15:00+05:00".
[[nodiscard]] std::string format_time(WallTime time, UtcOffset offset);

struct TimeAtOffset {
    WallTime time{};
    UtcOffset offset{};
};
/// What format_time() writes, and nothing else.
[[nodiscard]] std::optional<TimeAtOffset> parse_time(std::string_view text);

/// "+05:00" or "-03:30", up to ±14:00.
[[nodiscard]] std::optional<UtcOffset> parse_utc_offset(std::string_view text);
[[nodiscard]] std::string format_utc_offset(UtcOffset offset);

}  // namespace tizilim::platform
