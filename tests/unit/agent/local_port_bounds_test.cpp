#include "agent/routes.h"
#include "tests/unit/agent/running_agent.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace tizilim {
namespace {

using testing::HasSubstr;

std::string host_line(const support::RunningAgent& agent) {
    return "Host: 127.0.0.1:" + std::to_string(agent.port()) + "\r\n";
}

TEST(LocalPortBounds, RefusesABodyOverTheBoundOfJson) {
    const support::RunningAgent agent;

    const auto answer =
        agent.post_json("/api/v1/entries", std::string(agent::kJsonBodyBytesMax + 1, ' '));

    EXPECT_EQ(answer.status, 413);
    EXPECT_THAT(answer.body, HasSubstr("262144 bytes"));
}

TEST(LocalPortBounds, TakesABodyAtTheBoundOfJson) {
    const support::RunningAgent agent;
    std::string body = support::kPartialEntry;
    body.resize(agent::kJsonBodyBytesMax, ' ');

    EXPECT_EQ(agent.post_json("/api/v1/entries", body).status, 201);
}

TEST(LocalPortBounds, RefusesAnImportOverItsBound) {
    const support::RunningAgent agent;

    const auto answer = agent.ask({.method = "POST",
                                   .path = "/api/v1/import",
                                   .content_type = "text/csv",
                                   .body = std::string(agent::kImportBytesMax + 1, 'x')});

    EXPECT_EQ(answer.status, 413);
}

TEST(LocalPortBounds, RefusesALengthThatIsNoNumber) {
    const support::RunningAgent agent;
    for (const char* length : {"-1", "1x", "", "99999999999999999999999"}) {
        const auto answer = agent.ask({.method = "GET",
                                       .path = "/status",
                                       .headers = {"Content-Length: " + std::string(length)}});
        EXPECT_GE(answer.status, 400) << length;
    }
}

TEST(LocalPortBounds, WantsALength) {
    const support::RunningAgent agent;
    const auto answer = agent.ask(
        {.method = "GET", .path = "/api/v1/entries", .headers = {"Transfer-Encoding: chunked"}});

    EXPECT_EQ(answer.status, 411);
}

TEST(LocalPortBounds, NoticesABodyThatWasCutOff) {
    const support::RunningAgent agent(std::chrono::milliseconds(50));

    const auto answer =
        agent.ask({.method = "GET", .path = "/status", .headers = {"Content-Length: 100"}});

    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("cut_off"));
}

TEST(LocalPortBounds, RefusesAHeaderThatIsTooLong) {
    const support::RunningAgent agent;

    const auto answer = agent.ask({.path = "/status", .headers = {"X: " + std::string(9000, 'x')}});

    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("8 KiB"));
}

TEST(LocalPortBounds, RefusesTooManyHeaders) {
    const support::RunningAgent agent;
    support::Asked asked{.path = "/status"};
    for (int i = 0; i < 101; ++i) asked.headers.push_back("X" + std::to_string(i) + ": y");

    EXPECT_EQ(agent.ask(asked).status, 400);
}

TEST(LocalPortBounds, RefusesAPathThatIsTooLong) {
    const support::RunningAgent agent;

    EXPECT_EQ(agent.get("/" + std::string(20000, 'x')).status, 400);
}

TEST(LocalPortBounds, RefusesATargetThatIsNoPath) {
    const support::RunningAgent agent;

    EXPECT_EQ(agent.get("http://evil.example/status").status, 400);
    EXPECT_EQ(agent.get("/%zz").status, 400);
}

TEST(LocalPortBounds, EndsARequestThatDripsTooSlowly) {
    const support::RunningAgent agent(std::chrono::milliseconds(50));

    const auto answer = agent.send("GET /status HTTP/1.1\r\n" + host_line(agent));

    EXPECT_EQ(answer.status, 408);
    EXPECT_THAT(answer.body, HasSubstr("within the time"));
}

/// Whether nothing more comes. A reset is an end too: the system sends one instead of the orderly
/// end when what the client sent had not been read yet.
bool is_ended(Poco::Net::StreamSocket& socket) {
    char byte = 0;
    try {
        return socket.receiveBytes(&byte, 1) <= 0;
    } catch (const Poco::Net::ConnectionResetException&) {
        return true;
    }
}

TEST(LocalPortBounds, StopDoesNotWaitForAClient) {
    support::RunningAgent agent(std::chrono::hours(1));
    Poco::Net::StreamSocket idle(Poco::Net::SocketAddress("127.0.0.1", agent.port()));
    Poco::Net::StreamSocket half(Poco::Net::SocketAddress("127.0.0.1", agent.port()));
    half.sendBytes("GET /sta", 8);
    // Its answer shows that the two before it have reached a thread.
    ASSERT_EQ(agent.get("/healthz").status, 200);

    agent.local_port().stop();

    EXPECT_TRUE(is_ended(half));
}

}  // namespace
}  // namespace tizilim
