#include "agent/delivery/daily_traffic.h"

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/text/log.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/observations.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace tizilim {
namespace {

using namespace std::chrono_literals;

class DailyTrafficTest : public testing::Test {
protected:
    DailyTrafficTest() { start(); }
    void start() { traffic_ = std::make_unique<agent::DailyTraffic>(file_, 5h, log_); }
    /// So much since the agent's start, at that time of 2 November.
    void note(std::uint64_t requests, platform::WallTime now) {
        traffic_->note({.requests = requests, .bytes_up = 10 * requests, .bytes_down = requests},
                       now, platform::Instant(now.time_since_epoch()));
    }
    [[nodiscard]] std::uint64_t requests(platform::WallTime now) const {
        return traffic_->on_day_of(now).requests;
    }

    support::TempDirectory folder_;
    std::filesystem::path file_ = folder_ / "traffic.json";
    support::SimClock clock_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    std::unique_ptr<agent::DailyTraffic> traffic_;
    platform::WallTime noon_ = support::wall_time(12, 0);
};

TEST_F(DailyTrafficTest, CountsWhatIsNew) {
    note(3, noon_);
    note(3, noon_ + 1h);
    note(5, noon_ + 2h);

    EXPECT_EQ(requests(noon_ + 3h), 5U);
    EXPECT_EQ(traffic_->on_day_of(noon_).bytes_up, 50U);
    EXPECT_EQ(traffic_->on_day_of(noon_).bytes_down, 5U);
}

TEST_F(DailyTrafficTest, BeginsAnewWithTheCivilDay) {
    note(3, support::wall_time(23, 59));
    EXPECT_EQ(requests(support::wall_time(24, 0)), 0U);
    note(4, support::wall_time(24, 1));

    EXPECT_EQ(requests(support::wall_time(24, 2)), 1U);
}

TEST_F(DailyTrafficTest, GoesOnAfterARestart) {
    note(3, noon_);
    traffic_->stop();
    start();
    note(2, noon_ + 1h);

    EXPECT_EQ(requests(noon_ + 1h), 5U);
    EXPECT_EQ(requests(noon_ + 24h), 0U);
}

TEST_F(DailyTrafficTest, LosesTenMinutesAtMostByAnUncleanEnd) {
    note(3, noon_);
    note(5, noon_ + 5min);
    EXPECT_FALSE(std::filesystem::exists(file_));
    note(6, noon_ + 11min);
    note(7, noon_ + 12min);
    start();

    EXPECT_EQ(requests(noon_), 6U);
}

TEST_F(DailyTrafficTest, BeginsAtNothingWhenItsFileIsNone) {
    for (const char* const text : {"", "{}", "[1]", R"({"day":7})", R"({"day":"2026-11-02"})"}) {
        std::ofstream(file_) << text;
        start();
        EXPECT_EQ(requests(noon_), 0U) << text;
    }
}

}  // namespace
}  // namespace tizilim
