#include "platform/text/civil_time.h"

#include "platform/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace tizilim {
namespace {

using platform::UtcOffset;
using platform::WallTime;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr UtcOffset kAstana = hours(5);
// 2025-11-02 23:30:00.999 UTC, past midnight in Astana.
constexpr WallTime kLateEvening{milliseconds(1'762'126'200'999)};

TEST(CivilTime, TakesTheDayWhereTheOffsetPutsIt) {
    EXPECT_EQ(platform::format_date(platform::civil_day(kLateEvening, kAstana)), "2025-11-03");
    EXPECT_EQ(platform::format_date(platform::civil_day(kLateEvening, hours(0))), "2025-11-02");
}

TEST(CivilTime, TakesTheDayBeforeTheEpochTowardsThePast) {
    const WallTime before{milliseconds(-1)};

    EXPECT_EQ(platform::format_date(platform::civil_day(before, hours(0))), "1969-12-31");
    EXPECT_EQ(platform::format_time(before, hours(0)), "1969-12-31T23:59:59+00:00");
}

TEST(CivilTime, WritesTimeToTheSecondWithItsOffset) {
    EXPECT_EQ(platform::format_time(kLateEvening, kAstana), "2025-11-03T04:30:00+05:00");
    EXPECT_EQ(platform::format_time(kLateEvening, -(hours(3) + minutes(30))),
              "2025-11-02T20:00:00-03:30");
}

TEST(CivilTime, ReadsADateAndWritesItBack) {
    for (const std::string text : {"2025-11-03", "2024-02-29", "0001-01-01", "9999-12-31"}) {
        const auto date = platform::parse_date(text);

        ASSERT_TRUE(date.has_value()) << text;
        EXPECT_EQ(platform::format_date(*date), text);
    }
}

TEST(CivilTime, RefusesDaysThatNoCalendarHas) {
    for (const std::string text : {"2025-02-29", "2025-04-31", "2025-00-10", "2025-13-01",
                                   "2025-01-00", "2025-01-32", "0000-01-01", "1900-02-29"}) {
        EXPECT_FALSE(platform::parse_date(text).has_value()) << text;
    }
}

TEST(CivilTime, RefusesDatesOfAnotherShape) {
    for (const std::string text :
         {"", "2025-11-3", "2025-11-030", "03.11.2025", "2025/11/03", "+025-11-03", "2025-+1-03",
          " 025-11-03", "2025-11- 3", "20２5-11-03", "2025-11-03T00:00:00"}) {
        EXPECT_FALSE(platform::parse_date(text).has_value()) << text;
    }
}

TEST(CivilTime, ReadsAnOffsetAndWritesItBack) {
    for (const std::string text : {"+05:00", "-03:30", "+00:00", "+14:00", "-14:00", "+05:45"}) {
        const auto offset = platform::parse_utc_offset(text);

        ASSERT_TRUE(offset.has_value()) << text;
        EXPECT_EQ(platform::format_utc_offset(*offset), text);
    }
    EXPECT_EQ(platform::parse_utc_offset("-03:30"), -(hours(3) + minutes(30)));
}

TEST(CivilTime, RefusesOffsetsThatNoPlaceHas) {
    for (const std::string text :
         {"", "05:00", "+5:00", "+05:60", "+14:01", "-15:00", "+0500", "+05:0", "+-5:00", "Z"}) {
        EXPECT_FALSE(platform::parse_utc_offset(text).has_value()) << text;
    }
}

TEST(SystemClock, TellsATimeOfThisCenturyAndNeverGoesBack) {
    const platform::SystemClock clock;
    const platform::Instant first = clock.now();
    const auto year = platform::civil_day(clock.wall_now(), hours(0)).year();

    EXPECT_GE(int(year), 2024);
    EXPECT_GE(clock.now(), first);
}

}  // namespace
}  // namespace tizilim
