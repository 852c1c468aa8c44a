#include "platform/network/http_transport.h"
#include "tests/interop/conformance.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace tizilim::interop {
namespace {

using platform::Method;

TEST_P(Conformance, WelcomesWithItsUuid) {
    const Answer welcome = ask_server(Method::get, "/");

    EXPECT_EQ(welcome.status, 200);
    EXPECT_FALSE(welcome.text("uuid").empty());
    EXPECT_EQ(welcome.text("couchdb"), by_kind("Welcome", ""));
    EXPECT_EQ(welcome.text("express-pouchdb"), by_kind("", "Welcome!"));
    EXPECT_EQ(ask_server(Method::get, "/").text("uuid"), welcome.text("uuid"));
}

/// By which a wrong clock of ours is noticed. Without a network in between there is no such header.
TEST_P(Conformance, SaysWhatTimeItIs) {
    const Answer welcome = ask_server(Method::get, "/");

    const std::string* const date = welcome.raw.header("date");

    if (server().origin() == "http://model") GTEST_SKIP() << "the model has no clock";
    ASSERT_NE(date, nullptr);
    EXPECT_TRUE(date->ends_with(" GMT")) << *date;
}

TEST_P(Conformance, NamesTheTypeOfItsJsonWhenAskedForIt) {
    const Answer welcome = ask_server(Method::get, "/");

    const std::string* type = welcome.raw.header("content-type");

    ASSERT_NE(type, nullptr);
    EXPECT_EQ(*type, "application/json");
}

TEST_P(Conformance, CallsJsonTextUnlessAskedForItOnlyInPouchDb) {
    const auto response = server().transport().send(
        {.method = Method::get, .url = server().origin() + '/', .headers = {}, .body = {}},
        {std::chrono::seconds(20), 10'000});

    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(*response->header("content-type"),
              by_kind("application/json", "text/plain; charset=utf-8"));
}

TEST_P(Conformance, MakesADatabaseOnce) {
    const Answer again = ask_server(Method::put, '/' + name());

    EXPECT_EQ(again.status, 412);
    EXPECT_EQ(again.text("error"), "file_exists");
    EXPECT_EQ(get("").status, 200);
}

TEST_P(Conformance, AnswersForADatabaseThatIsNotThere) {
    const std::string gone = "/gone" + name();

    for (const std::string path : {"", "/_changes", "/register", "/_local/me"}) {
        const Answer answer = ask_server(Method::get, gone + path);
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_EQ(answer.text("error"), "not_found") << path;
        EXPECT_EQ(answer.text("reason"), by_kind("Database does not exist.", "no_db_file"));
    }
    for (const std::string path : {"/_bulk_docs", "/_revs_diff", "/_bulk_get"}) {
        EXPECT_EQ(ask_server(Method::post, gone + path, R"({"docs":[]})").status, 404) << path;
    }
    EXPECT_EQ(ask_server(Method::put, gone + "/_local/me", "{}").status, 404);
}

TEST_P(Conformance, AnswersAWrongMethod) {
    for (const std::string path : {"/_bulk_docs", "/_revs_diff", "/_bulk_get"}) {
        const Answer answer = get(path);
        EXPECT_EQ(answer.status, by_kind(405, 404)) << path;
        EXPECT_EQ(answer.text("error"), by_kind("method_not_allowed", "not_found")) << path;
    }
}

TEST_P(Conformance, RefusesAHeaderOfNineThousandBytesInCouchDb) {
    const auto response = server().transport().send(
        {.method = Method::get,
         .url = url(),
         .headers = {{"Accept", "application/json"}, {"X-Long", std::string(9000, 'a')}},
         .body = {}},
        {std::chrono::seconds(20), 10'000});

    ASSERT_TRUE(response.has_value());
    if (couchdb()) {
        EXPECT_EQ(response->status, 400);
    }
}

TEST_P(Conformance, AnswersARequestLineOfNineThousandBytes) {
    const Answer answer = get('/' + std::string(9000, 'a'));

    EXPECT_EQ(answer.status, by_kind(400, 404));
    EXPECT_EQ(answer.raw.body.empty(), couchdb());
}

TEST_P(Conformance, CompressesAnswersOnlyInPouchDb) {
    pushed(R"({"_id":"a","_rev":"1-aa","x":")" + std::string(5000, 'x') + R"("})");

    const Answer answer = get("/a");

    EXPECT_EQ(answer.raw.header("content-encoding") != nullptr, by_kind(false, true));
    EXPECT_EQ(answer.text("x").size(), 5000U);
}

TEST_P(Conformance, KnowsNobodyByAWrongPassword) {
    const Answer answer = ask_server(Method::post, "/_session", R"({"name":"a","password":"b"})");

    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.text("error"), "unauthorized");
}

TEST_P(Conformance, TellsWhoIsAsking) {
    const Answer answer = ask_server(Method::get, "/_session");

    ASSERT_NE(answer.json.find("userCtx"), nullptr);
    EXPECT_NE(answer.raw.body.find("_admin"), std::string::npos);
}

TEST_P(Conformance, SaysOfADocumentThatItIsTheSameOnlyInCouchDb) {
    pushed(R"({"_id":"a","_rev":"1-aa","x":1})");
    const auto unless = [&](const std::string& revision) {
        return ask(
            {.method = Method::get,
             .url = url() + "/a",
             .headers = {{"Cache-Control", "no-cache"}, {"If-None-Match", '"' + revision + '"'}},
             .body = {}});
    };

    const Answer same = unless("1-aa");
    EXPECT_EQ(same.status, by_kind(304, 200));
    EXPECT_EQ(same.text("_rev"), by_kind("", "1-aa"));

    const Answer other = unless("1-bb");
    EXPECT_EQ(other.status, 200);
    EXPECT_EQ(other.text("_rev"), "1-aa");
}

TEST_P(Conformance, ProvisionsAnIdentityThatStays) {
    const std::string identity = provisioned();

    const Answer document = get("/register");
    EXPECT_EQ(document.status, 200);
    EXPECT_EQ(document.text("type"), "register");
    EXPECT_EQ(document.text("identity"), identity);
    EXPECT_EQ(identity.size(), 32U);
    EXPECT_EQ(provisioned(), identity);
}

}  // namespace
}  // namespace tizilim::interop
