#include "tests/support/model_transport.h"

#include "platform/network/http_transport.h"
#include "tests/support/canary.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace tizilim {
namespace {

using platform::HttpBounds;
using platform::HttpRequest;
using platform::Method;
using platform::NetworkError;

const HttpBounds kBounds(std::chrono::seconds(5), 1'000'000);

struct Link {
    explicit Link(support::PeerKind kind = support::PeerKind::couchdb)
        : model(kind), transport(model) {
        model.create_database("d");
    }
    auto put(const std::string& id, const std::string& body, const HttpBounds& bounds = kBounds) {
        return transport.send({.method = Method::put,
                               .url = "http://model/d/" + id,
                               .headers = {{"X-Trace", "t1"}},
                               .body = body},
                              bounds);
    }
    support::CouchModel model;
    support::ModelTransport transport;
};

TEST(ModelTransport, IsDownUntilItIsUp) {
    Link link;
    link.transport.set_down(NetworkError::Kind::unresolved);

    const auto failed = link.put("a", "{}");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, NetworkError::Kind::unresolved);
    EXPECT_EQ(link.model.database("d")->count(), 0U);

    link.transport.set_up();
    EXPECT_EQ(link.put("a", "{}")->status, 201);
}

TEST(ModelTransport, LosesAnAnswerAfterThePeerActed) {
    Link link;
    link.transport.lose_next_answer();

    EXPECT_EQ(link.put("a", "{}").error().kind, NetworkError::Kind::reset);
    EXPECT_EQ(link.model.database("d")->count(), 1U);
}

TEST(ModelTransport, AnswersInThePeersPlace) {
    Link link;
    link.transport.answer_next(200, "<html>Log in</html>", "text/html");

    const auto answer = link.put("a", "{}");

    EXPECT_EQ(answer->body, "<html>Log in</html>");
    EXPECT_EQ(*answer->header("content-type"), "text/html");
    EXPECT_EQ(link.model.database("d")->count(), 0U);
}

TEST(ModelTransport, CutsAnAnswer) {
    Link link;
    link.transport.truncate_next_answer(5);

    EXPECT_EQ(link.put("a", "{}")->body.size(), 5U);
    EXPECT_GT(link.put("b", "{}")->body.size(), 5U);
}

TEST(ModelTransport, KeepsToTheBoundOfAnAnswer) {
    Link link;

    const auto answer = link.put("a", "{}", HttpBounds(std::chrono::seconds(5), 3));

    EXPECT_EQ(answer.error().kind, NetworkError::Kind::too_large);
}

TEST(ModelTransport, InflatesAnswersAndCountsThemAsTheyCame) {
    Link link(support::PeerKind::pouchdb);
    ASSERT_EQ(link.put("a", "{\"x\":\"" + std::string(100'000, 'y') + "\"}")->status, 201);
    const auto before = link.transport.counters().bytes_down;

    const auto got = link.transport.send(
        {.method = Method::get, .url = "http://model/d/a", .headers = {}, .body = {}}, kBounds);

    EXPECT_GT(got->body.size(), 100'000U);
    EXPECT_LT(link.transport.counters().bytes_down - before, 2'000U);
}

TEST(ModelTransport, RecordsEveryByteThatLeft) {
    Link link;
    ASSERT_TRUE(link.put("a", R"({"secret":"canary-in-a-body"})").has_value());
    link.transport.set_down(NetworkError::Kind::reset);
    EXPECT_FALSE(link.put("canary-in-a-url", "{}").has_value());

    const std::string left = link.transport.captured_bytes();

    EXPECT_EQ(link.transport.captured_count("PUT "), 2U);
    EXPECT_EQ(support::find_canaries(left, {"canary-in-a-body", "canary-in-a-url"}).size(), 2U);
    EXPECT_NE(left.find("X-Trace: t1"), std::string::npos);
}

TEST(ModelTransport, CallsAHookBeforeEachRequest) {
    Link link;
    int calls = 0;
    link.transport.on_request([&](const HttpRequest&) {
        if (++calls == 2) link.transport.set_down(NetworkError::Kind::timeout);
    });

    EXPECT_TRUE(link.put("a", "{}").has_value());
    EXPECT_FALSE(link.put("b", "{}").has_value());
    EXPECT_EQ(calls, 2);
}

TEST(ModelTransport, DiesWithThePeer) {
    Link link(support::PeerKind::pouchdb);

    const auto answer = link.transport.send({.method = Method::post,
                                             .url = "http://model/d/_revs_diff",
                                             .headers = {},
                                             .body = R"({"a":"1-aa"})"},
                                            kBounds);

    EXPECT_EQ(answer.error().kind, NetworkError::Kind::reset);
}

}  // namespace
}  // namespace tizilim
