#include "agent/api/routes.h"
#include "agent/documents/import_jsonl.h"
#include "platform/network/local_stream.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace tizilim {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{60};

TEST(LocalApiBounds, RefusesABodyOverTheBoundOfJson) {
    const support::RunningAgent agent;

    const auto answer =
        agent.post_json("/api/v1/entries", std::string(agent::kJsonBodyBytesMax + 1, ' '));

    EXPECT_EQ(answer.status, 413);
    EXPECT_THAT(answer.body, HasSubstr("262144 bytes"));
}

TEST(LocalApiBounds, TakesABodyAtTheBoundOfJson) {
    const support::RunningAgent agent;
    std::string body = support::kPartialEntry;
    body.resize(agent::kJsonBodyBytesMax, ' ');

    EXPECT_EQ(agent.post_json("/api/v1/entries", body).status, 201);
}

TEST(LocalApiBounds, RefusesAnImportOverItsBound) {
    const support::RunningAgent agent;

    const auto answer = agent.ask({.method = "POST",
                                   .path = "/api/v1/import",
                                   .content_type = "text/csv",
                                   .body = std::string(agent::kImportBytesMax + 1, 'x')});

    EXPECT_EQ(answer.status, 413);
}

TEST(LocalApiBounds, RefusesALengthThatIsNoNumber) {
    const support::RunningAgent agent;
    for (const char* length : {"-1", "1x", "", "99999999999999999999999"}) {
        const auto answer = agent.ask({.method = "GET",
                                       .path = "/status",
                                       .headers = {"Content-Length: " + std::string(length)}});
        EXPECT_GE(answer.status, 400) << length;
    }
}

TEST(LocalApiBounds, WantsALength) {
    const support::RunningAgent agent;
    const auto answer = agent.ask(
        {.method = "GET", .path = "/api/v1/entries", .headers = {"Transfer-Encoding: chunked"}});

    EXPECT_EQ(answer.status, 411);
}

TEST(LocalApiBounds, NoticesABodyThatWasCutOff) {
    const support::RunningAgent agent(std::chrono::milliseconds(50));

    const auto answer =
        agent.ask({.method = "GET", .path = "/status", .headers = {"Content-Length: 100"}});

    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("cut_off"));
}

TEST(LocalApiBounds, RefusesAHeaderThatIsTooLong) {
    const support::RunningAgent agent;

    const auto answer = agent.ask({.path = "/status", .headers = {"X: " + std::string(9000, 'x')}});

    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("8 KiB"));
}

TEST(LocalApiBounds, RefusesTooManyHeaders) {
    const support::RunningAgent agent;
    support::Asked asked{.path = "/status"};
    for (int i = 0; i < 101; ++i) asked.headers.push_back("X" + std::to_string(i) + ": y");

    EXPECT_EQ(agent.ask(asked).status, 400);
}

TEST(LocalApiBounds, RefusesAPathThatIsTooLong) {
    const support::RunningAgent agent;

    EXPECT_EQ(agent.get("/" + std::string(20000, 'x')).status, 400);
}

TEST(LocalApiBounds, RefusesATargetThatIsNoPath) {
    const support::RunningAgent agent;

    EXPECT_EQ(agent.get("http://evil.example/status").status, 400);
    EXPECT_EQ(agent.get("/%zz").status, 400);
}

TEST(LocalApiBounds, EndsARequestThatDripsTooSlowly) {
    const support::RunningAgent agent(std::chrono::milliseconds(50));

    const auto answer = agent.send("GET /status HTTP/1.1\r\n");

    EXPECT_EQ(answer.status, 408);
    EXPECT_THAT(answer.body, HasSubstr("within the time"));
}

TEST(LocalApiBounds, RefusesAHeadOfMoreThan64KiB) {
    const support::RunningAgent agent;

    EXPECT_EQ(agent.send(std::string(70'000, ' ') + "GET /status HTTP/1.1\r\n\r\n").status, 431);
    EXPECT_EQ(agent.send(std::string(60'000, ' ') + "GET /status HTTP/1.1\r\n\r\n").status, 200);
}

TEST(LocalApiBounds, StopDoesNotWaitForAClient) {
    support::RunningAgent agent(std::chrono::hours(1));
    auto half = platform::connect_to_control(agent.register_folder());
    auto body = platform::connect_to_control(agent.register_folder());
    ASSERT_TRUE(half.has_value());
    ASSERT_TRUE(body.has_value());
    platform::LocalStream without_head = *std::move(half);
    platform::LocalStream without_body = *std::move(body);
    ASSERT_TRUE(without_head.write("GET /sta", kPatience));
    ASSERT_TRUE(
        without_body.write("POST /api/v1/entries HTTP/1.1\r\nContent-Type: application/json\r\n"
                           "Content-Length: 9\r\n\r\n",
                           kPatience));
    // Its answer shows that the two before it have been heard.
    ASSERT_EQ(agent.get("/healthz").status, 200);

    agent.endpoints().stop();

    EXPECT_FALSE(without_head.read(1, kPatience));
    EXPECT_FALSE(without_body.read(1, kPatience));
}

}  // namespace
}  // namespace tizilim
