#include "agent/api/page_sessions.h"

#include "platform/hex.h"
#include "platform/keyed_digest.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/sim_clock.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using agent::PageSessions;
using support::Answer;
using testing::HasSubstr;
using testing::Not;

class PageSessionsTest : public testing::Test {
protected:
    static std::string credentials(const PageSessions::Session& session) {
        return session.id + "." + session.token;
    }
    PageSessions::Session begin() { return *pages_.trade(pages_.make_code().text); }
    bool admits(const PageSessions::Session& session, bool acts = true) {
        return pages_.admit(credentials(session), acts).has_value();
    }
    std::string refused(const std::string& code) {
        const auto session = pages_.trade(code);
        return session ? "" : session.error().code;
    }

    support::SimClock clock_;
    platform::SystemRandom random_;
    PageSessions pages_{clock_, random_};
};

TEST_F(PageSessionsTest, AreKeptByTheProgramThatFollows) {
    const auto session = begin();
    PageSessions following(clock_, random_);

    const auto kept = pages_.session_of(session.id);
    ASSERT_TRUE(kept);
    following.keep(*kept);

    EXPECT_EQ(following.admit(credentials(session), true), session.id);
    EXPECT_FALSE(pages_.session_of("nobody"));
    clock_.advance(PageSessions::kIdleTime);
    EXPECT_FALSE(following.admit(credentials(session), true));
}

TEST_F(PageSessionsTest, BeginWithACode) {
    const auto code = pages_.make_code();
    EXPECT_EQ(pages_.state_of(code.id), PageSessions::CodeState::waiting);
    const auto session = pages_.trade(code.text);
    ASSERT_TRUE(session);
    EXPECT_EQ(pages_.state_of(code.id), PageSessions::CodeState::traded);
    EXPECT_EQ(pages_.admit(credentials(*session), true), session->id);
}

TEST_F(PageSessionsTest, AreToldApartByTheirTokens) {
    const auto one = begin();
    const auto other = begin();
    EXPECT_TRUE(admits(one));
    EXPECT_TRUE(admits(other));
    EXPECT_FALSE(admits({one.id, other.token}));
    EXPECT_FALSE(admits({one.id, ""}));
    EXPECT_FALSE(pages_.admit(one.token, true));
    EXPECT_FALSE(pages_.admit("", true));
}

TEST_F(PageSessionsTest, EndWhenTheirCodeIsUsedAgain) {
    const auto code = pages_.make_code();
    const auto session = *pages_.trade(code.text);
    const auto other = begin();
    EXPECT_EQ(refused(code.text), "page.code_used");
    EXPECT_FALSE(admits(session));
    EXPECT_TRUE(admits(other));
    EXPECT_EQ(refused(code.text), "page.code_unknown");
}

TEST_F(PageSessionsTest, DoNotBeginWithACodeAfterAMinute) {
    const auto code = pages_.make_code();
    clock_.advance(PageSessions::kCodeTime);
    EXPECT_EQ(pages_.state_of(code.id), PageSessions::CodeState::over);
    EXPECT_EQ(refused(code.text), "page.code_unknown");
}

TEST_F(PageSessionsTest, ALateSecondUseOfACodeEndsItsSession) {
    const auto code = pages_.make_code();
    const auto session = *pages_.trade(code.text);
    clock_.advance(std::chrono::minutes(20));
    EXPECT_EQ(refused(code.text), "page.code_used");
    EXPECT_FALSE(admits(session));
}

TEST_F(PageSessionsTest, BeginWithATypedCodeOfWhichThereIsOne) {
    const auto first = pages_.make_typed_code();
    const auto second = pages_.make_typed_code();
    EXPECT_EQ(second.text.size(), 8U);
    EXPECT_EQ(refused(first.text), "page.code_unknown");
    EXPECT_TRUE(pages_.trade(second.text));
}

TEST_F(PageSessionsTest, TakeFiveWrongTypedCodesAndNoMore) {
    const auto link = pages_.make_code();
    auto typed = pages_.make_typed_code();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(refused("wrong"), "page.code_unknown");
    EXPECT_TRUE(pages_.trade(typed.text));

    typed = pages_.make_typed_code();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(refused("wrong"), "page.code_unknown");
    EXPECT_EQ(refused(typed.text), "page.code_unknown");
    EXPECT_TRUE(pages_.trade(link.text)) << "nobody guesses 128 bits";
}

TEST_F(PageSessionsTest, EndAfterHalfAnHourWithoutAnAct) {
    const auto session = begin();
    clock_.advance(std::chrono::minutes(20));
    EXPECT_TRUE(admits(session, true));
    clock_.advance(std::chrono::minutes(20));
    EXPECT_TRUE(admits(session, false));
    clock_.advance(std::chrono::minutes(10));
    EXPECT_FALSE(admits(session, false)) << "a look is no act";
}

TEST_F(PageSessionsTest, EndAfterTwelveHoursWhateverIsDone) {
    const auto session = begin();
    for (int i = 0; i < 12 * 60 / 20 - 1; ++i) {
        clock_.advance(std::chrono::minutes(20));
        ASSERT_TRUE(admits(session));
    }
    clock_.advance(std::chrono::minutes(20));
    EXPECT_FALSE(admits(session));
}

TEST_F(PageSessionsTest, EndAllAtOnce) {
    const auto session = begin();
    const auto code = pages_.make_code();
    EXPECT_EQ(pages_.end_all(), 1U);
    EXPECT_FALSE(admits(session));
    EXPECT_EQ(refused(code.text), "page.code_unknown");
}

TEST_F(PageSessionsTest, AreSixteenAtMostOfWhichTheLongestUnusedEnds) {
    const auto first = begin();
    clock_.advance(std::chrono::seconds(1));
    const auto second = begin();
    clock_.advance(std::chrono::seconds(1));
    std::vector<PageSessions::Session> others;
    for (int i = 0; i < 14; ++i) others.push_back(begin());
    clock_.advance(std::chrono::seconds(1));
    EXPECT_TRUE(admits(first));
    others.push_back(begin());
    EXPECT_TRUE(admits(first));
    EXPECT_FALSE(admits(second));
    EXPECT_TRUE(admits(others.back()));
}

TEST_F(PageSessionsTest, ProveThatTheyAreHere) {
    const auto session = begin();
    const std::string challenge(64, 'a');
    const std::string expected = platform::hmac_sha256(session.token, challenge);
    EXPECT_EQ(pages_.proof(session.id, challenge),
              platform::to_hex(std::as_bytes(std::span(expected))));
    EXPECT_NE(pages_.proof(session.id, challenge), pages_.proof(session.id, std::string(64, 'b')));
    EXPECT_FALSE(pages_.proof("0123456789abcdef", challenge));
    EXPECT_FALSE(pages_.proof(session.id, "short"));
    EXPECT_FALSE(pages_.proof(session.id, std::string(129, 'a')));
    EXPECT_FALSE(pages_.proof(session.id, std::string(64, 'z')));
}

/// RFC 4231, 4.3.
TEST(KeyedDigest, IsThatOfTheStandard) {
    const std::string digest = platform::hmac_sha256("Jefe", "what do ya want for nothing?");
    EXPECT_EQ(platform::to_hex(std::as_bytes(std::span(digest))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/// The same over the two endpoints.
class PageSessionRoutes : public testing::Test {
protected:
    [[nodiscard]] std::string origin() const {
        return "Origin: http://127.0.0.1:" + std::to_string(agent_.port());
    }
    [[nodiscard]] Answer on_port(const std::string& method, const std::string& path,
                                 std::vector<std::string> headers = {},
                                 const std::string& body = {}) const {
        support::Asked asked{.method = method, .path = path, .body = body, .over_port = true};
        if (!body.empty()) asked.content_type = "application/json";
        asked.headers = std::move(headers);
        return agent_.ask(asked);
    }
    [[nodiscard]] static std::string member(const Answer& answer, const std::string& name) {
        const auto json = platform::read_json(answer.body, {});
        const auto* const value = json ? json->find(name) : nullptr;
        return value != nullptr && value->string() != nullptr ? *value->string() : "";
    }
    [[nodiscard]] std::string code() const {
        return member(agent_.ask({.method = "POST", .path = "/api/v1/page/code"}), "code");
    }
    [[nodiscard]] Answer trade(const std::string& code) const {
        return on_port("POST", "/api/v1/session", {origin(), "Authorization: Code " + code});
    }
    [[nodiscard]] std::string bearer() const {
        const Answer traded = trade(code());
        return "Authorization: Bearer " + member(traded, "session") + "." + member(traded, "token");
    }

    support::RunningAgent agent_;
};

TEST_F(PageSessionRoutes, OpenTheWholeApiToThePage) {
    EXPECT_EQ(on_port("GET", "/api/v1/entries").status, 404);
    const std::string bearer = this->bearer();
    EXPECT_EQ(on_port("GET", "/api/v1/entries", {bearer}).status, 200);
    EXPECT_EQ(on_port("POST", "/api/v1/entries", {bearer, origin()}, support::kPartialEntry).status,
              201);
    EXPECT_THAT(on_port("GET", "/status", {bearer}).body, HasSubstr("recorded"));
    EXPECT_THAT(on_port("GET", "/status").body, Not(HasSubstr("recorded")));
}

TEST_F(PageSessionRoutes, SayWhereThePageIs) {
    const Answer made = agent_.ask({.method = "POST", .path = "/api/v1/page/code"});
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(member(made, "address"), "http://127.0.0.1:" + std::to_string(agent_.port()) + "/");
    const std::string state = "/api/v1/page/code/" + member(made, "id");
    EXPECT_EQ(member(agent_.get(state), "state"), "waiting");
    EXPECT_EQ(trade(member(made, "code")).status, 201);
    EXPECT_EQ(member(agent_.get(state), "state"), "traded");
}

TEST_F(PageSessionRoutes, GiveCodesToNoPage) {
    const std::string bearer = this->bearer();
    for (const char* path : {"/api/v1/page/code", "/api/v1/page/typed-code", "/api/v1/page/end"}) {
        EXPECT_EQ(on_port("POST", path, {bearer, origin()}).status, 404) << path;
        EXPECT_EQ(on_port("POST", path, {origin()}).status, 404) << path;
    }
}

TEST_F(PageSessionRoutes, TradeOnlyWithAnOriginOfTheirOwn) {
    const std::string code = this->code();
    const std::string header = "Authorization: Code " + code;
    EXPECT_EQ(on_port("POST", "/api/v1/session", {header}).status, 401);
    EXPECT_EQ(on_port("POST", "/api/v1/session", {header, "Origin: null"}).status, 403);
    EXPECT_EQ(on_port("POST", "/api/v1/session", {header, "Origin: http://evil.example"}).status,
              403);
    EXPECT_EQ(on_port("POST", "/api/v1/session", {origin()}).status, 401);
    EXPECT_EQ(trade(code).status, 201) << "none of these has used it";
}

TEST_F(PageSessionRoutes, SayWhyThereIsNone) {
    EXPECT_EQ(member(trade("1234"), "code"), "page.code_unknown");
    const std::string code = this->code();
    EXPECT_EQ(trade(code).status, 201);
    EXPECT_EQ(member(trade(code), "code"), "page.code_used");
    const Answer over = on_port("GET", "/api/v1/entries", {"Authorization: Bearer a.b"});
    EXPECT_EQ(over.status, 401);
    EXPECT_EQ(member(over, "error"), "session_ended");
    EXPECT_EQ(on_port("GET", "/status", {"Authorization: Bearer a.b"}).status, 401);
}

TEST_F(PageSessionRoutes, EndAsAskedByThePageOrByTheOwner) {
    const std::string one = bearer();
    const std::string other = bearer();
    EXPECT_EQ(on_port("POST", "/api/v1/session/end", {one, origin()}).status, 200);
    EXPECT_EQ(on_port("GET", "/api/v1/entries", {one}).status, 401);
    EXPECT_EQ(on_port("GET", "/api/v1/entries", {other}).status, 200);
    EXPECT_EQ(agent_.ask({.method = "POST", .path = "/api/v1/page/end"}).body, "{\"ended\":1}\n");
    EXPECT_EQ(on_port("GET", "/api/v1/entries", {other}).status, 401);
}

TEST_F(PageSessionRoutes, TakeTheStatusForALookAndAnythingElseForAnAct) {
    const std::string bearer = this->bearer();
    agent_.clock().advance(std::chrono::minutes(20));
    EXPECT_EQ(on_port("GET", "/status", {bearer}).status, 200);
    agent_.clock().advance(std::chrono::minutes(9));
    EXPECT_EQ(on_port("GET", "/api/v1/entries", {bearer}).status, 200);
    agent_.clock().advance(std::chrono::minutes(29));
    EXPECT_EQ(on_port("GET", "/status", {bearer}).status, 200);
    agent_.clock().advance(std::chrono::minutes(2));
    EXPECT_EQ(on_port("GET", "/status", {bearer}).status, 401);
}

TEST_F(PageSessionRoutes, AnswerAChallengeThatOnlyTheyCan) {
    const Answer traded = trade(code());
    const std::string challenge(64, '5');
    const std::string path = "/healthz?session=" + member(traded, "session") + "&challenge=";
    const std::string digest = platform::hmac_sha256(member(traded, "token"), challenge);
    EXPECT_EQ(member(on_port("GET", path + challenge), "proof"),
              platform::to_hex(std::as_bytes(std::span(digest))));
    EXPECT_EQ(on_port("GET", path + "x").body, "{\"status\":\"ok\"}\n");
}

TEST_F(PageSessionRoutes, BeginOnThePageWhichAnybodyIsGiven) {
    const Answer page = on_port("GET", "/");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.head, HasSubstr("Content-Type: text/html; charset=utf-8"));
    EXPECT_THAT(page.head, HasSubstr("Content-Security-Policy: default-src 'none'; script-src"));
    EXPECT_THAT(page.head, HasSubstr("Cache-Control: no-store"));
    const std::size_t at = page.body.find("/page.");
    ASSERT_NE(at, std::string::npos);
    const std::string script = page.body.substr(at, page.body.find('"', at) - at);
    const Answer file = on_port("GET", script);
    EXPECT_EQ(file.status, 200);
    EXPECT_GT(file.body.size(), 10'000U);
    EXPECT_THAT(file.head, HasSubstr("immutable"));
    EXPECT_EQ(on_port("HEAD", script).body, "");
    EXPECT_EQ(on_port("GET", "/page.js").status, 404);
    EXPECT_EQ(on_port("POST", "/").status, 404);
    EXPECT_EQ(agent_.get("/").body, page.body) << "over the control socket, to compare";
}

TEST_F(PageSessionRoutes, AreToldOfTheStatusOnlyWhatIsNew) {
    const Answer first = on_port("GET", "/status");
    const std::size_t at = first.head.find("ETag: ");
    ASSERT_NE(at, std::string::npos);
    const std::string tag = first.head.substr(at + 6, first.head.find('\r', at) - at - 6);
    agent_.clock().advance(std::chrono::seconds(2));
    const Answer again = on_port("GET", "/status", {"If-None-Match: " + tag});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    const Answer owners = on_port("GET", "/status", {bearer(), "If-None-Match: " + tag});
    EXPECT_EQ(owners.status, 200) << "he is told more";
    agent_.network().door().pause();
    EXPECT_EQ(on_port("GET", "/status", {"If-None-Match: " + tag}).status, 200);
}

/// What the page's form keeps while a person writes.
TEST_F(PageSessionRoutes, KeepDraftsAndRecordEachOnce) {
    const std::string bearer = this->bearer();
    const std::string draft = "/api/v1/drafts/tab-1";
    const std::string content = R"({"values":{"essence":"Тайна"},"startedAt":null})";
    EXPECT_EQ(on_port("PUT", draft, {bearer, origin()}, content).status, 200);
    EXPECT_EQ(on_port("PUT", draft, {bearer, origin()}, "[]").status, 400);
    EXPECT_EQ(on_port("PUT", draft, {origin()}, content).status, 404);
    EXPECT_EQ(on_port("GET", "/api/v1/drafts").status, 404);
    EXPECT_THAT(on_port("GET", "/api/v1/drafts", {bearer}).body,
                HasSubstr(R"({"id":"tab-1","kept_at":"2026-11-02T)"));
    EXPECT_THAT(on_port("GET", "/api/v1/drafts", {bearer}).body,
                HasSubstr("\"content\":" + content));

    const std::string add = "/api/v1/entries?once=1&draft=tab-1";
    const Answer first = on_port("POST", add, {bearer, origin()}, support::kPartialEntry);
    const Answer again = on_port("POST", add, {bearer, origin()}, support::kPartialEntry);
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.status, 201) << "a second click, or its answer was lost";
    EXPECT_EQ(member(again, "id"), member(first, "id"));
    EXPECT_EQ(agent_.registry().balance().recorded, 1U);
    EXPECT_EQ(on_port("GET", "/api/v1/drafts", {bearer}).body, "{\"drafts\":[]}\n");
    EXPECT_EQ(on_port("PUT", draft, {bearer, origin()}, content).status, 409);

    EXPECT_EQ(on_port("PUT", "/api/v1/drafts/tab-2", {bearer, origin()}, content).status, 200);
    EXPECT_EQ(on_port("DELETE", "/api/v1/drafts/tab-2", {bearer, origin()}).status, 200);
    EXPECT_EQ(on_port("GET", "/api/v1/drafts", {bearer}).body, "{\"drafts\":[]}\n");
}

TEST_F(PageSessionRoutes, WaitForNoBodyOfWhoHasNone) {
    EXPECT_EQ(on_port("POST", "/api/v1/session", {origin()}, "{}").status, 413);
}

}  // namespace
}  // namespace tizilim
