#include "agent/http/request_guard.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

agent::RequestOrigin origin(const std::string& host, std::vector<std::string> origins = {}) {
    return {.hosts = {host}, .origins = std::move(origins)};
}

TEST(RequestGuard, TakesTheLoopbackNamesWithItsPort) {
    const agent::RequestGuard guard(7717);

    for (const char* host : {"127.0.0.1:7717", "localhost:7717", "LocalHost:7717", "[::1]:7717"})
        EXPECT_FALSE(guard.refusal(origin(host))) << host;
}

TEST(RequestGuard, RefusesEveryOtherHost) {
    const agent::RequestGuard guard(7717);

    for (const char* host : {"evil.example:7717", "127.0.0.1", "127.0.0.1:80", "localhost",
                             "localhost.evil.example:7717", "127.0.0.1:77170", "", "0.0.0.0:7717"})
        EXPECT_TRUE(guard.refusal(origin(host))) << host;
}

TEST(RequestGuard, RefusesNoHostAndTwo) {
    const agent::RequestGuard guard(7717);

    EXPECT_TRUE(guard.refusal({}));
    EXPECT_TRUE(guard.refusal({.hosts = {"127.0.0.1:7717", "127.0.0.1:7717"}, .origins = {}}));
}

TEST(RequestGuard, TakesItsOwnOrigin) {
    const agent::RequestGuard guard(7717);

    EXPECT_FALSE(guard.refusal(origin("127.0.0.1:7717", {"http://127.0.0.1:7717"})));
    EXPECT_FALSE(guard.refusal(origin("127.0.0.1:7717", {"http://localhost:7717"})));
}

TEST(RequestGuard, RefusesEveryOtherOrigin) {
    const agent::RequestGuard guard(7717);

    for (const char* from : {"https://evil.example", "null", "", "http://127.0.0.1:80",
                             "https://127.0.0.1:7717", "http://127.0.0.1:7717.evil.example"})
        EXPECT_TRUE(guard.refusal(origin("127.0.0.1:7717", {from}))) << from;
}

TEST(RequestGuard, TakesAHostWithoutThePortOnPort80) {
    EXPECT_FALSE(agent::RequestGuard(80).refusal(origin("localhost")));
}

}  // namespace
}  // namespace tizilim
