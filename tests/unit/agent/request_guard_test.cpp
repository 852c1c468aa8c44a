#include "agent/request_guard.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

const std::string kToken(64, 'a');

agent::RequestOrigin origin(const std::string& host, std::vector<std::string> origins = {}) {
    return {.hosts = {host}, .origins = std::move(origins), .authorization = {}};
}

TEST(RequestGuard, TakesTheLoopbackNamesWithItsPort) {
    const agent::RequestGuard guard(kToken, 7717);

    for (const char* host : {"127.0.0.1:7717", "localhost:7717", "LocalHost:7717", "[::1]:7717"})
        EXPECT_FALSE(guard.refusal(origin(host))) << host;
}

TEST(RequestGuard, RefusesEveryOtherHost) {
    const agent::RequestGuard guard(kToken, 7717);

    for (const char* host : {"evil.example:7717", "127.0.0.1", "127.0.0.1:80", "localhost",
                             "localhost.evil.example:7717", "127.0.0.1:77170", "", "0.0.0.0:7717"})
        EXPECT_TRUE(guard.refusal(origin(host))) << host;
}

TEST(RequestGuard, RefusesNoHostAndTwo) {
    const agent::RequestGuard guard(kToken, 7717);

    EXPECT_TRUE(guard.refusal({}));
    EXPECT_TRUE(guard.refusal(
        {.hosts = {"127.0.0.1:7717", "127.0.0.1:7717"}, .origins = {}, .authorization = {}}));
}

TEST(RequestGuard, TakesItsOwnOrigin) {
    const agent::RequestGuard guard(kToken, 7717);

    EXPECT_FALSE(guard.refusal(origin("127.0.0.1:7717", {"http://127.0.0.1:7717"})));
    EXPECT_FALSE(guard.refusal(origin("127.0.0.1:7717", {"http://localhost:7717"})));
}

TEST(RequestGuard, RefusesEveryOtherOrigin) {
    const agent::RequestGuard guard(kToken, 7717);

    for (const char* from : {"https://evil.example", "null", "", "http://127.0.0.1:80",
                             "https://127.0.0.1:7717", "http://127.0.0.1:7717.evil.example"})
        EXPECT_TRUE(guard.refusal(origin("127.0.0.1:7717", {from}))) << from;
}

TEST(RequestGuard, KnowsItsTokenOnly) {
    const agent::RequestGuard guard(kToken, 7717);
    agent::RequestOrigin asked = origin("127.0.0.1:7717");

    EXPECT_FALSE(guard.authorized(asked));
    asked.authorization = "Bearer " + kToken;
    EXPECT_TRUE(guard.authorized(asked));
    for (const std::string& wrong :
         {kToken, "Bearer " + kToken + "a", "Bearer " + kToken.substr(1),
          "Bearer b" + kToken.substr(1), "Basic " + kToken, std::string("Bearer ")}) {
        asked.authorization = wrong;
        EXPECT_FALSE(guard.authorized(asked)) << wrong;
    }
}

TEST(RequestGuard, TakesAHostWithoutThePortOnPort80) {
    EXPECT_FALSE(agent::RequestGuard(kToken, 80).refusal(origin("localhost")));
}

}  // namespace
}  // namespace tizilim
