#include "tests/unit/agent/running_agent.h"

#include <Poco/URI.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tizilim {
namespace {

using support::kLocalEntry;
using support::kPartialEntry;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RevisionRoutes : public testing::Test {
protected:
    RevisionRoutes() {
        EXPECT_EQ(agent_.post_json("/api/v1/entries", kPartialEntry).status, 201);
        EXPECT_EQ(agent_.post_json("/api/v1/entries", kLocalEntry).status, 201);
    }
    /// An act on the entry 1.
    [[nodiscard]] support::Answer act(const std::string& what, const std::string& body) const {
        return agent_.post_json("/api/v1/entries/1/" + what, body);
    }
    [[nodiscard]] support::Answer list(const std::string& query) const {
        return agent_.get("/api/v1/entries?" + query);
    }
    [[nodiscard]] support::Answer search(const std::string& text) const {
        std::string encoded;
        Poco::URI::encode(text, "&", encoded);
        return agent_.get("/api/v1/search?text=" + encoded);
    }
    [[nodiscard]] std::string entry() const { return agent_.get("/api/v1/entries/1").body; }

    support::RunningAgent agent_;
};

TEST_F(RevisionRoutes, AmendAnEntry) {
    const auto answer = act("amend", R"({"fields":{"minutes":120,"basis_issuer":null},)"
                                     R"("reason":"a slip"})");

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("minutes":120)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("basis_issuer":"","essence":"Тайна")"));
    EXPECT_THAT(answer.body, HasSubstr(R"("versions":2)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("earlier_version_left":false,"warnings":[])"));
    EXPECT_EQ(agent_.registry().balance().pending, 1U);
}

TEST_F(RevisionRoutes, ChangeOnlyTheVersionThatWasSeen) {
    ASSERT_EQ(act("amend", R"({"fields":{"minutes":120},"reason":"x","version":1})").status, 200);

    for (const auto& [what, body] :
         {std::pair{"amend", R"({"fields":{"minutes":60},"reason":"x","version":1})"},
          std::pair{"void", R"({"reason":"x","version":1})"},
          std::pair{"classify", R"({"disclosure":"local","reason":"x","version":"2"})"}}) {
        const auto answer = act(what, body);
        EXPECT_EQ(answer.status, 409) << what;
        EXPECT_THAT(answer.body, AllOf(HasSubstr(R"({"error":"changed_meanwhile")"),
                                       HasSubstr(R"("code":"entry.changed_meanwhile")"),
                                       HasSubstr(R"("entry":{)"), HasSubstr(R"("minutes":120)")))
            << what;
    }
    EXPECT_THAT(entry(), HasSubstr(R"("versions":2)"));
    EXPECT_EQ(act("void", R"({"reason":"x","version":2})").status, 200);
}

TEST_F(RevisionRoutes, NameTheFieldsThatCanNotBeAmendedSo) {
    const auto wrong = act("amend", R"({"fields":{"minutes":0,"form":"canary"},"reason":"x"})");
    const auto unknown = act("amend", R"({"fields":{"number":5},"reason":"x"})");

    EXPECT_EQ(wrong.status, 422);
    EXPECT_THAT(wrong.body, HasSubstr(R"("field":"minutes")"));
    EXPECT_THAT(wrong.body, HasSubstr(R"("field":"form")"));
    EXPECT_THAT(wrong.body, Not(HasSubstr("canary")));
    EXPECT_EQ(unknown.status, 400);
    EXPECT_THAT(unknown.body, HasSubstr(R"(unknown key: \"number\")"));
    EXPECT_THAT(entry(), HasSubstr(R"("versions":1)"));
}

TEST_F(RevisionRoutes, WantTheBodyThatIsAskedFor) {
    for (const char* body :
         {"{", "[]", "{}", R"({"fields":{"minutes":1}})", R"({"fields":{},"reason":"x"})",
          R"({"fields":[],"reason":"x"})", R"({"fields":{"minutes":1},"reason":1})",
          R"({"fields":{"minutes":1},"reason":"x","more":1})"})
        EXPECT_EQ(act("amend", body).status, 400) << body;
    for (const char* body :
         {"[]", "{}", R"({"reason":null})", R"({"reason":"x","disclosure":"y"})"})
        EXPECT_EQ(act("void", body).status, 400) << body;
    EXPECT_THAT(entry(), HasSubstr(R"("versions":1)"));
}

TEST_F(RevisionRoutes, PassOnWhatTheRegisterRefuses) {
    EXPECT_EQ(act("void", R"({"reason":" "})").status, 409);
    ASSERT_EQ(act("void", R"({"reason":"twice"})").status, 200);

    const auto amended = act("amend", R"({"fields":{"minutes":1},"reason":"x"})");
    const auto voided = act("void", R"({"reason":"again"})");
    const auto withdrawn = act("classify", R"({"disclosure":"withdrawn","reason":"x"})");

    EXPECT_EQ(amended.status, 409);
    EXPECT_THAT(amended.body, HasSubstr(R"({"error":"refused","message":"the entry is void)"));
    EXPECT_EQ(voided.status, 409);
    EXPECT_EQ(withdrawn.status, 409);
    EXPECT_THAT(withdrawn.body, HasSubstr("nothing of the entry has left"));
    EXPECT_EQ(agent_.post_json("/api/v1/entries/9/void", R"({"reason":"x"})").status, 404);
}

TEST_F(RevisionRoutes, ShowEveryVersion) {
    ASSERT_EQ(act("amend", R"({"fields":{"minutes":120},"reason":"a slip"})").status, 200);
    ASSERT_EQ(act("void", R"({"reason":"twice"})").status, 200);

    const auto answer = agent_.get("/api/v1/entries/1/history");

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body,
                HasSubstr(R"({"versions":[{"version":1,"act":"recorded","at":"2026-)"));
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr(R"("by":"Учебный адвокат",)"), HasSubstr(R"("reason":"a slip",)")));
    EXPECT_THAT(answer.body,
                HasSubstr(R"("changes":[{"field":"minutes","before":"90","after":"120"}])"));
    EXPECT_THAT(answer.body, HasSubstr(R"("version":3,"act":"voided")"));
    EXPECT_EQ(agent_.get("/api/v1/entries/9/history").status, 404);
}

TEST_F(RevisionRoutes, ListByMonthAndState) {
    EXPECT_THAT(list("month=2026-11").body, HasSubstr(R"("number":2)"));
    EXPECT_THAT(list("month=2026-10").body, HasSubstr(R"({"entries":[],"next":null})"));
    EXPECT_THAT(list("state=local").body, Not(HasSubstr(R"("number":1,)")));
    EXPECT_THAT(list("state=local").body, HasSubstr(R"("number":2,)"));
    EXPECT_THAT(list("state=unsigned").body, HasSubstr(R"("entries":[])"));
    EXPECT_THAT(list("month=2026-11&state=pending&limit=5").body, HasSubstr(R"("number":1,)"));
    EXPECT_THAT(list("month=2026-11&limit=1").body, HasSubstr(R"("next":2})"));
    EXPECT_THAT(list("book=" + agent_.registry().book().label).body, HasSubstr(R"("number":1,)"));
}

TEST_F(RevisionRoutes, ListFromTheNewest) {
    const auto newest = list("order=newest&limit=1").body;
    EXPECT_THAT(newest, AllOf(HasSubstr(R"("number":2,)"), HasSubstr(R"("next":1})")));
    EXPECT_THAT(list("order=newest&limit=1&first=1").body,
                AllOf(HasSubstr(R"("number":1,)"), HasSubstr(R"("next":null})")));
    EXPECT_EQ(list("order=oldest").body, list("limit=100").body);
    EXPECT_EQ(list("order=best").status, 400);
}

TEST_F(RevisionRoutes, SayWhichBooksThereAre) {
    const std::string label = agent_.registry().book().label;
    EXPECT_THAT(agent_.get("/api/v1/books").body,
                AllOf(HasSubstr(R"({"books":[{"label":")" + label +
                                R"(","current":true,"entries":2,"first_recorded_at":"2026-11-)"),
                      HasSubstr(R"("pulled":0})")));
}

TEST_F(RevisionRoutes, SayWhatAListIsAskedBy) {
    for (const char* query : {"month=2026-13", "month=2026", "month=2026-11-02", "month=11-2026"}) {
        EXPECT_EQ(list(query).status, 400) << query;
        EXPECT_THAT(list(query).body, HasSubstr("2026-11")) << query;
    }
    EXPECT_EQ(list("state=gone").status, 400);
    EXPECT_THAT(list("state=gone").body, HasSubstr("unsigned, pending"));
    EXPECT_EQ(list("book=NOWHERE").status, 404);
    EXPECT_EQ(list("month=2026-11&first=0").status, 400);
}

TEST_F(RevisionRoutes, SearchAndStreamWhatIsFound) {
    const auto both = search("тАЙн");
    const auto one = search("канарейка");

    EXPECT_EQ(both.status, 200);
    EXPECT_THAT(both.head, HasSubstr("application/x-ndjson"));
    EXPECT_THAT(both.body, HasSubstr("{\"entry\":{\"number\":1,"));
    EXPECT_THAT(both.body, HasSubstr("\n{\"entry\":{\"number\":2,"));
    EXPECT_THAT(both.body, testing::EndsWith("{\"result\":{\"found\":2}}\n"));
    EXPECT_THAT(one.body, Not(HasSubstr(R"("number":2,)")));
    EXPECT_THAT(one.body, testing::EndsWith("{\"result\":{\"found\":1}}\n"));
    EXPECT_THAT(search("\xff").body, HasSubstr(R"({"error":"refused")"));
    EXPECT_EQ(search("  ").status, 400);
    EXPECT_EQ(agent_.get("/api/v1/search").status, 400);
}

TEST_F(RevisionRoutes, AreForTheOwner) {
    for (const char* path : {"/api/v1/entries/1/history", "/api/v1/search?text=x",
                             "/api/v1/signing", "/api/v1/entries/1/signing"})
        EXPECT_EQ(agent_.ask({.path = path, .over_port = true}).status, 404) << path;
    for (const char* act : {"amend", "void", "classify", "signature"}) {
        const auto answer = agent_.ask({.method = "POST",
                                        .path = "/api/v1/entries/1/" + std::string(act),
                                        .content_type = "application/json",
                                        .body = R"({"reason":"x"})",
                                        .over_port = true});
        EXPECT_EQ(answer.status, 404) << act;
    }
    EXPECT_THAT(agent_.ask({.path = "/api/v1/entries/1/amend"}).head, HasSubstr("Allow: POST"));
    EXPECT_THAT(entry(), HasSubstr(R"("versions":1)"));
}

TEST_F(RevisionRoutes, LogNothingOfAnEntry) {
    ASSERT_EQ(act("amend", R"({"fields":{"essence":"Секрет"},"reason":"Причина"})").status, 200);
    ASSERT_EQ(search("Секрет").status, 200);

    EXPECT_THAT(agent_.logged(), Not(HasSubstr("Секрет")));
    EXPECT_THAT(agent_.logged(), Not(HasSubstr("Причина")));
    EXPECT_THAT(agent_.logged(), Not(HasSubstr("search?")));
}

}  // namespace
}  // namespace tizilim
