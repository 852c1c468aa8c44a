#include "sync/couch/answer.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using platform::Method;
using platform::NetworkError;
using sync::Outcome;

using HttpAnswer = platform::Expected<platform::HttpResponse, NetworkError>;

sync::Failure failure_of(int status, const std::string& body, Method asked = Method::get,
                         std::vector<platform::HttpHeader> headers = {}) {
    const HttpAnswer answer(
        platform::HttpResponse{.status = status, .headers = std::move(headers), .body = body});
    const auto reply = sync::classify(answer, asked);
    EXPECT_FALSE(reply) << status;
    return reply ? sync::Failure{Outcome::idle, {"text"}} : reply.error();
}

constexpr const char* kError = R"({"error":"forbidden","reason":"prose"})";

TEST(Answer, IsJsonWithAStatusOfSuccess) {
    for (const int status : {200, 201, 202}) {
        const auto reply = sync::classify(
            HttpAnswer(platform::HttpResponse{.status = status, .headers = {}, .body = "[1]"}),
            Method::get);

        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, status);
        EXPECT_EQ(platform::to_json(reply->json), "[1]");
    }
}

TEST(Answer, TellsALockedAccountFromAPortalThatForbids) {
    EXPECT_EQ(failure_of(403, kError).outcome, Outcome::unauthorized);
    EXPECT_EQ(failure_of(403, kError, Method::post).outcome, Outcome::refused);
    EXPECT_EQ(failure_of(403, kError, Method::put).outcome, Outcome::refused);
    EXPECT_EQ(failure_of(403, "<html></html>").outcome, Outcome::captive_portal);
    EXPECT_EQ(failure_of(403, R"({"message":"blocked"})").outcome, Outcome::captive_portal);
    EXPECT_EQ(failure_of(401, "").outcome, Outcome::unauthorized);
}

TEST(Answer, SaysThatADatabaseIsMissing) {
    const sync::Failure failure = failure_of(404, R"({"error":"not_found","reason":"x"})");

    EXPECT_EQ(failure.outcome, Outcome::refused);
    EXPECT_EQ(failure.status, 404);
    EXPECT_NE(platform::in_english(failure.reason).find("never creates it"), std::string::npos);
    EXPECT_EQ(failure_of(404, "<html></html>").outcome, Outcome::captive_portal);
}

TEST(Answer, ReadsHowLongToWait) {
    const auto wait_of = [](int status, const char* value) {
        return failure_of(status, "", Method::get, {{"retry-after", value}}).retry_after;
    };

    EXPECT_EQ(wait_of(503, "120"), std::chrono::seconds(120));
    EXPECT_EQ(wait_of(429, "0"), std::chrono::seconds(0));
    EXPECT_EQ(wait_of(503, "999999"), sync::kRetryAfterMax);
    EXPECT_EQ(wait_of(503, "99999999999999999999"), sync::kRetryAfterMax);
    EXPECT_EQ(wait_of(503, "Wed, 21 Oct 2026 07:28:00 GMT"), std::nullopt);
    EXPECT_EQ(wait_of(503, "-5"), std::nullopt);
    EXPECT_EQ(wait_of(503, ""), std::nullopt);
    EXPECT_EQ(wait_of(401, "120"), std::nullopt);
}

TEST(Answer, RepeatsNoProseOfThePeer) {
    for (const int status : {400, 401, 403, 404, 412, 413, 500, 503}) {
        EXPECT_EQ(platform::packed(failure_of(status, kError).reason).find("prose"),
                  std::string::npos)
            << status;
    }
    const std::string hostile = R"({"error":"\u001b[2J<script>"})";
    EXPECT_EQ(platform::packed(failure_of(400, hostile).reason).find("script"), std::string::npos);
}

TEST(Answer, SaysInWordsWhatTheNetworkLacks) {
    const auto of = [](NetworkError::Kind kind) {
        return sync::classify(HttpAnswer(platform::Unexpected{
                                  NetworkError{kind, {"link.certificate_expired"}}}),
                              Method::get)
            .error();
    };

    EXPECT_EQ(of(NetworkError::Kind::tls).outcome, Outcome::offline);
    EXPECT_EQ(of(NetworkError::Kind::tls).reason, platform::Message{"link.certificate_expired"});
    EXPECT_EQ(of(NetworkError::Kind::cancelled).outcome, Outcome::offline);
    EXPECT_EQ(of(NetworkError::Kind::too_large).outcome, Outcome::captive_portal);
    EXPECT_TRUE(of(NetworkError::Kind::too_large).too_large);
}

TEST(Excerpt, IsOneLineOfBoundedLength) {
    EXPECT_EQ(sync::excerpt("a\nb\tc\x7f"), "a b c ");
    EXPECT_EQ(sync::excerpt("\u0085\u2028\u202e\u2066x"), "    x");
    EXPECT_EQ(sync::excerpt("правда"), "правда");
    EXPECT_EQ(sync::excerpt(std::string(1000, 'x')).size(), sync::kExcerptBytesMax);
    std::string odd = "x";
    for (int i = 0; i < 300; ++i) odd += "ж";
    EXPECT_EQ(sync::excerpt(odd).size(), sync::kExcerptBytesMax - 1);
}

}  // namespace
}  // namespace tizilim
