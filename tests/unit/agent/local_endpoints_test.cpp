#include "agent/http/local_endpoints.h"

#include "agent/config/config.h"
#include "tests/unit/agent/running_agent.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using support::kPartialEntry;
using testing::HasSubstr;
using testing::Not;

class StatusPort : public testing::Test {
protected:
    [[nodiscard]] support::Answer get(const std::string& path) const {
        return agent_.ask({.path = path, .over_port = true});
    }
    support::RunningAgent agent_;
};

TEST_F(StatusPort, AnswersWhatAnyoneMayKnow) {
    for (const char* path : {"/healthz", "/readyz", "/status", "/metrics"}) {
        const auto answer = get(path);

        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_THAT(answer.head, HasSubstr("Cache-Control: no-store")) << path;
        EXPECT_THAT(answer.head, HasSubstr("X-Content-Type-Options: nosniff")) << path;
    }
}

TEST_F(StatusPort, ShowsLessThanTheControlSocket) {
    EXPECT_THAT(agent_.get("/status").body, HasSubstr("\"recorded\""));
    EXPECT_THAT(get("/status").body, Not(HasSubstr("\"recorded\"")));
    EXPECT_THAT(agent_.get("/metrics").body, HasSubstr("tizilim_entries_recorded"));
    EXPECT_THAT(get("/metrics").body, Not(HasSubstr("tizilim_entries_recorded")));
}

TEST_F(StatusPort, HasNothingElse) {
    for (const char* path : {"/api/v1/entries", "/api/v1/entries/1", "/api/v1/export", "/page"})
        EXPECT_EQ(get(path).status, 404) << path;
    for (const char* path :
         {"/api/v1/entries", "/api/v1/entries/1/classify", "/api/v1/preview", "/api/v1/import",
          "/api/v1/verify", "/api/v1/sync", "/api/v1/pause", "/api/v1/resume", "/api/v1/pair"}) {
        const auto answer = agent_.ask({.method = "POST",
                                        .path = path,
                                        .content_type = "application/json",
                                        .body = kPartialEntry,
                                        .over_port = true});
        EXPECT_EQ(answer.status, 404) << path;
    }
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(StatusPort, KnowsNoToken) {
    const auto answer = agent_.ask({.path = "/api/v1/entries",
                                    .over_port = true,
                                    .headers = {"Authorization: Bearer " + std::string(64, 'a')}});

    EXPECT_EQ(answer.status, 401);
}

TEST_F(StatusPort, TakesNoBody) {
    const auto answer =
        agent_.ask({.path = "/status", .over_port = true, .headers = {"Content-Length: 1"}});

    EXPECT_EQ(answer.status, 413);
}

TEST_F(StatusPort, RefusesAForeignOrigin) {
    const auto answer = agent_.ask(
        {.path = "/status", .over_port = true, .headers = {"Origin: https://evil.example"}});

    EXPECT_EQ(answer.status, 403);
}

TEST_F(StatusPort, RefusesAForeignHost) {
    const auto answer = agent_.send_to_port("GET /status HTTP/1.1\r\nHost: evil.example\r\n\r\n");

    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, HasSubstr("\"error\":\"forbidden\""));
}

TEST_F(StatusPort, AnswersWhileHundredsSayNothing) {
    std::vector<Poco::Net::StreamSocket> idle;
    for (int i = 0; i < 300; ++i) {
        idle.emplace_back(Poco::Net::SocketAddress("127.0.0.1", agent_.port()));
        if (i % 2 == 0) idle.back().sendBytes("GET /sta", 8);
    }

    EXPECT_EQ(get("/status").status, 200);
    EXPECT_EQ(agent_.post_json("/api/v1/entries", kPartialEntry).status, 201);
}

TEST(LocalEndpoints, TakeTheirSocketAwayWithThem) {
    support::RunningAgent agent;
    const auto socket = agent.register_folder() / "control.sock";
    ASSERT_EQ(std::filesystem::status(socket).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

    agent.endpoints().stop();

    EXPECT_FALSE(std::filesystem::exists(socket));
}

}  // namespace
}  // namespace tizilim
