#include "sync/couch/http_date.h"

#include "platform/clock.h"
#include "platform/network/http_transport.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using std::chrono::seconds;

constexpr std::chrono::sys_seconds kNoon =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 2) + std::chrono::hours(12);
constexpr auto kNoonText = "Mon, 02 Nov 2026 12:00:00 GMT";

platform::WallTime noon_and(std::chrono::milliseconds more) {
    return kNoon + more;
}

std::optional<seconds> ahead(std::vector<platform::HttpHeader> headers,
                             std::chrono::milliseconds asked = {},
                             std::chrono::milliseconds answered = {}) {
    return sync::clock_ahead({.status = 200, .headers = std::move(headers), .body = {}},
                             noon_and(asked), noon_and(answered));
}

TEST(HttpDate, ReadsTheOneFormThatServersMustSend) {
    EXPECT_EQ(sync::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
              std::chrono::sys_seconds(seconds(784'111'777)));
    EXPECT_EQ(sync::parse_http_date(kNoonText), kNoon);
    EXPECT_EQ(sync::parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT"),
              std::chrono::sys_seconds(seconds(1'709'251'199)));
    EXPECT_EQ(sync::parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT"),
              std::chrono::sys_seconds(seconds(1'483'228'800)));
}

TEST(HttpDate, ReadsNothingElse) {
    for (const char* text :
         {"", "now", "Mon, 02 Nov 2026 12:00:00", "Mon, 02 Nov 2026 12:00:00 GMT ",
          "Mon, 02 Nov 2026 12:00:00 UTC", "mon, 02 Nov 2026 12:00:00 GMT",
          "Mon, 02 nov 2026 12:00:00 GMT", "Tue, 02 Nov 2026 12:00:00 GMT",
          "Mon, 2 Nov 2026 12:00:00 GMT", "Mon, +2 Nov 2026 12:00:00 GMT",
          "Mon, 00 Nov 2026 12:00:00 GMT", "Tue, 31 Nov 2026 12:00:00 GMT",
          "Sun, 29 Feb 2026 12:00:00 GMT", "Mon, 02 Nov 2026 24:00:00 GMT",
          "Mon, 02 Nov 2026 12:60:00 GMT", "Mon, 02 Nov 2026 12:00:61 GMT",
          "Monday, 02-Nov-26 12:00:00 GMT", "Mon Nov  2 12:00:00 2026", "1793620800"})
        EXPECT_FALSE(sync::parse_http_date(text)) << text;
}

TEST(ClockAhead, IsTheDifferenceOfTheClocks) {
    EXPECT_EQ(ahead({{"date", kNoonText}}), seconds(0));
    EXPECT_EQ(ahead({{"date", "Mon, 02 Nov 2026 14:00:00 GMT"}}), seconds(7200));
    EXPECT_EQ(ahead({{"date", "Mon, 02 Nov 2026 11:59:30 GMT"}}), seconds(-30));
}

TEST(ClockAhead, IsTheLeastThatASlowAnswerAllows) {
    using std::chrono::milliseconds;

    EXPECT_EQ(ahead({{"date", kNoonText}}, seconds(-90), seconds(90)), seconds(0));
    EXPECT_EQ(ahead({{"date", kNoonText}}, milliseconds(900), milliseconds(950)), seconds(0));
    EXPECT_EQ(ahead({{"date", kNoonText}}, seconds(40), seconds(100)), seconds(-40));
    EXPECT_EQ(ahead({{"date", kNoonText}}, seconds(-100), seconds(-40)), seconds(40));
    EXPECT_EQ(ahead({{"date", kNoonText}}, seconds(40), seconds(-100)), seconds(-40));
}

TEST(ClockAhead, IsNotKnownFromNonsense) {
    EXPECT_FALSE(ahead({}));
    EXPECT_FALSE(ahead({{"date", "soon"}}));
    EXPECT_FALSE(ahead({{"date", "Thu, 01 Jan 1970 00:00:10 GMT"}}));
    EXPECT_FALSE(ahead({{"date", kNoonText}, {"age", "30"}}));
    EXPECT_TRUE(ahead({{"date", kNoonText}, {"age", "0"}}));
}

}  // namespace
}  // namespace tizilim
