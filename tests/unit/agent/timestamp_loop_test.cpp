#include "agent/network/timestamp_loop.h"

#include "agent/network/timestamp_timer.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/base64.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/replication/replication.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto kId = "00007080aaaaaaaaaaaaaaaaaaaaaaaa";  // 28,800 s: 08:00 UTC

class TimestampTimerTest : public testing::Test {
protected:
    /// Waits until it is time, as the loop does, and asks; what the clock showed.
    platform::WallTime ask(bool brings) {
        while (timer_.wait(obtained_) > 0ms) {
            clock_.advance(std::min<std::chrono::milliseconds>(timer_.wait(obtained_), 10min));
        }
        timer_.tried();
        if (brings) obtained_ = clock_.wall_now();
        return clock_.wall_now();
    }
    [[nodiscard]] agent::TimestampTimer started_at_midnight() {
        const auto now = clock_.wall_now();
        clock_.advance(std::chrono::ceil<std::chrono::days>(now) - now);
        return {clock_, random_, kId};
    }
    [[nodiscard]] std::chrono::seconds time_of_day() const {
        const auto now = clock_.wall_now();
        return std::chrono::floor<std::chrono::seconds>(now -
                                                        std::chrono::floor<std::chrono::days>(now));
    }

    support::SimClock clock_;
    support::SeededRandom random_;
    agent::TimestampTimer timer_ = started_at_midnight();
    std::optional<platform::WallTime> obtained_;
};

TEST_F(TimestampTimerTest, AsksSoonAfterAStartThatMissedTheDay) {
    const auto start = clock_.wall_now();

    const auto asked = ask(true);

    EXPECT_GE(asked - start, 5s);
    EXPECT_LE(asked - start, 1min);
}

TEST_F(TimestampTimerTest, ThenOnceADayAtItsOwnTime) {
    ask(true);

    for (int day = 0; day < 5; ++day) {
        ask(true);
        EXPECT_EQ(time_of_day(), 8h);
    }
}

TEST_F(TimestampTimerTest, ATryThatFailedIsFollowedByOneAnHourLater) {
    const auto first = ask(false);
    const auto second = ask(false);
    const auto third = ask(true);

    EXPECT_GE(second - first, 1h);
    EXPECT_LE(second - first, 70min);
    EXPECT_GE(third - second, 1h);
    ask(true);
    EXPECT_EQ(time_of_day(), 8h);
}

TEST_F(TimestampTimerTest, AStartOnADayThatHasItsOwnWaits) {
    ask(true);
    clock_.advance(9h);
    ask(true);  // of this day, late
    agent::TimestampTimer restarted(clock_, random_, kId);

    EXPECT_GT(restarted.wait(obtained_), 20h);
}

TEST_F(TimestampTimerTest, AClockThatWasAheadDoesNotEndIt) {
    obtained_ = clock_.wall_now() + 24h * 365;

    EXPECT_LE(timer_.wait(obtained_), 1min);
}

/// Answers in a way, and keeps what was asked.
class FakeAuthority final : public platform::HttpTransport {
public:
    using Answer = platform::Expected<platform::HttpResponse, platform::NetworkError>;
    explicit FakeAuthority(Answer answer) : answer_(std::move(answer)) {}
    Answer send(const platform::HttpRequest& request, const platform::HttpBounds& bounds) override {
        request_ = request;
        bytes_max_ = bounds.response_bytes_max();
        return answer_;
    }
    [[nodiscard]] platform::LinkCounters counters() const override { return {}; }
    [[nodiscard]] const platform::HttpRequest& request() const { return request_; }
    [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }

private:
    const Answer answer_;
    platform::HttpRequest request_;
    std::size_t bytes_max_ = 0;
};

constexpr auto kUrl = "http://tsa.example/";

TEST(TimestampQuestion, IsPostedAloneAndItsAnswerIsBounded) {
    FakeAuthority authority(platform::HttpResponse{.status = 200, .headers = {}, .body = "token"});

    const auto answer = agent::ask_authority(authority, kUrl, {platform::to_base64("request")});

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->base64, platform::to_base64("token"));
    EXPECT_EQ(authority.request().method, platform::Method::post);
    EXPECT_EQ(authority.request().url, kUrl);
    EXPECT_EQ(authority.request().body, "request");
    ASSERT_EQ(authority.request().headers.size(), 2U);
    EXPECT_EQ(authority.request().headers[0].value, "application/timestamp-query");
    EXPECT_EQ(authority.bytes_max(), std::size_t{64} * 1024);
}

TEST(TimestampQuestion, AnotherStatusAndNoAnswerAreTold) {
    for (const int status : {302, 404, 500}) {
        FakeAuthority authority(
            platform::HttpResponse{.status = status, .headers = {}, .body = "<html>"});
        const auto answer = agent::ask_authority(authority, kUrl, {});
        ASSERT_FALSE(answer);
        EXPECT_THAT(platform::in_english(answer.error()), HasSubstr(std::to_string(status)));
    }
    FakeAuthority none(platform::Unexpected{platform::NetworkError{
        .kind = platform::NetworkError::Kind::unresolved, .message = {"link.name_unknown"}}});
    EXPECT_EQ(agent::ask_authority(none, kUrl, {}).error().code, "link.name_unknown");
}

}  // namespace
}  // namespace tizilim
