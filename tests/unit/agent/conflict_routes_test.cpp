#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/keys/pairing_code.h"
#include "store/replication/replication.h"
#include "tests/unit/agent/other_computer.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace tizilim {
namespace {

using support::kPartialEntry;
using testing::HasSubstr;
using testing::Not;

class ConflictRoutes : public testing::Test {
protected:
    ConflictRoutes() { EXPECT_EQ(agent_.post_json("/api/v1/entries", kPartialEntry).status, 201); }

    /// The unified system refuses the entry that waits; with that, so many are refused.
    void quarantine(const std::string& reason, std::uint64_t in_all = 1) {
        store::Replication& replication = agent_.registry().replication();
        const store::Changes changes =
            replication.changes_after({}, {.entries_max = 1, .bytes_max = std::size_t{1} << 20});
        ASSERT_EQ(changes.entries.size(), 1U);
        const store::DisclosedEntry& entry = changes.entries.front();
        replication.mark("peer", {{.leaf = {entry.document_id(), entry.revision()},
                                   .verdict = store::Verdict::quarantined,
                                   .reason = platform::as_it_stands(reason)}});
        ASSERT_EQ(agent_.registry().balance().quarantined, in_all);
    }

    support::RunningAgent agent_;
};

TEST_F(ConflictRoutes, ListNoConflictWhereThereIsNone) {
    EXPECT_EQ(agent_.get("/api/v1/conflicts").body, "{\"conflicts\":[]}\n");
}

TEST_F(ConflictRoutes, WantAChoiceForEachField) {
    for (const char* body :
         {"{", "[]", "{}", R"({"choices":[]})", R"({"choices":{}})", R"({"choices":"mine"})",
          R"({"choices":{"essence":"ours"}})", R"({"choices":{"essence":{"text":7}}})",
          R"({"choices":{"essence":{"text":"a","more":1}}})", R"({"choices":{"essence":null}})",
          R"({"choices":{},"reason":"x"})", R"({"choices":{},"keep":"ours"})",
          R"({"choices":{},"keep":"mine","reason":7})", R"({"choices":{},"keep":"mine","more":1})"})
        EXPECT_EQ(agent_.post_json("/api/v1/entries/1/resolve", body).status, 400) << body;
    const auto wrong =
        agent_.post_json("/api/v1/entries/1/resolve", R"({"choices":{"essence":"Секрет"}})");
    EXPECT_THAT(wrong.body, HasSubstr(R"(\"essence\": the choice is \"mine\")"));
    EXPECT_THAT(wrong.body, Not(HasSubstr("Секрет")));
}

TEST_F(ConflictRoutes, KeepOneSideForAReason) {
    support::OtherComputer other(agent_);
    const std::string id = other.dispute_minutes();

    const auto resolved =
        agent_.post_json("/api/v1/entries/" + id + "/resolve",
                         R"({"choices":{},"keep":"mine","reason":"read in the file"})");

    EXPECT_EQ(resolved.status, 200) << resolved.body;
    EXPECT_THAT(agent_.get("/api/v1/conflicts").body, HasSubstr(R"("conflicts":[])"));
    EXPECT_THAT(agent_.get("/api/v1/entries/" + id + "/history").body,
                HasSubstr("read in the file"));
}

TEST_F(ConflictRoutes, RefuseToResolveWhatIsInNoConflict) {
    const auto answer =
        agent_.post_json("/api/v1/entries/1/resolve", R"({"choices":{"essence":"mine"}})");

    EXPECT_EQ(answer.status, 409);
    EXPECT_THAT(answer.body, HasSubstr("not in conflict"));
}

TEST_F(ConflictRoutes, ShowBothValuesAndTakeAChoice) {
    support::OtherComputer other(agent_);
    const std::string id = other.dispute_minutes();

    const auto listed = agent_.get("/api/v1/conflicts");
    const auto none =
        agent_.post_json("/api/v1/entries/" + id + "/resolve", R"({"choices":{"form":"mine"}})");
    const auto bad = agent_.post_json("/api/v1/entries/" + id + "/resolve",
                                      R"({"choices":{"minutes":{"text":0}}})");
    const auto answer = agent_.post_json("/api/v1/entries/" + id + "/resolve",
                                         R"({"choices":{"minutes":"theirs"}})");

    EXPECT_THAT(listed.body, HasSubstr(R"("kind":"edited","since":"2026-11-02T)"));
    EXPECT_THAT(listed.body,
                HasSubstr(R"("fields":[{"field":"minutes","mine":"60","theirs":"120"}])"));
    EXPECT_EQ(none.status, 409);
    EXPECT_EQ(bad.status, 422);
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("minutes":120)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("in_conflict":false)"));
    EXPECT_EQ(agent_.get("/api/v1/conflicts").body, "{\"conflicts\":[]}\n");
}

TEST_F(ConflictRoutes, ShowEntriesOfOtherComputersApart) {
    support::OtherComputer other(agent_);
    const std::string id = other.add();

    EXPECT_THAT(agent_.get("/api/v1/entries").body, Not(HasSubstr(id)));
    EXPECT_THAT(agent_.get("/api/v1/entries?pulled=1").body,
                HasSubstr(R"({"entries":[{"number":null,)"));
    EXPECT_THAT(agent_.get("/api/v1/entries?pulled=1").body, HasSubstr(id));
    EXPECT_THAT(agent_.get("/api/v1/entries/" + id).body, HasSubstr(R"("pulled":true)"));
}

TEST_F(ConflictRoutes, RetryAnEntryFromTheQuarantine) {
    quarantine("forbidden");

    const auto answer = agent_.ask({.method = "POST", .path = "/api/v1/entries/1/retry"});

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("delivery":"pending")"));
    EXPECT_EQ(agent_.registry().balance().quarantined, 0U);
}

TEST_F(ConflictRoutes, ListTheQuarantineWithItsReasons) {
    EXPECT_EQ(agent_.get("/api/v1/quarantine").body, "{\"entries\":[],\"next\":null}\n");
    quarantine("forbidden: no such form");

    const auto answer = agent_.get("/api/v1/quarantine");

    EXPECT_THAT(answer.body, HasSubstr(R"("number":1,)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("delivery_reason":"forbidden: no such form")"));
    EXPECT_THAT(answer.body, HasSubstr(R"("attempts":)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("explanation":"forbidden: no such form)"));
    EXPECT_THAT(answer.body, HasSubstr("or by `tizilim retry 1`\""));
    EXPECT_EQ(agent_.get("/api/v1/quarantine?limit=0").status, 400);
}

/// Places in a queue are numbers that not every reader of JSON keeps.
TEST_F(ConflictRoutes, ListTheQuarantineBeyondItsFirstPage) {
    quarantine("forbidden");
    EXPECT_EQ(agent_.post_json("/api/v1/entries", kPartialEntry).status, 201);
    quarantine("forbidden", 2);
    for (const std::string path : {"/api/v1/quarantine?", "/api/v1/entries?state=quarantined&"}) {
        const auto first = platform::read_json(agent_.get(path + "limit=1").body);
        ASSERT_TRUE(first.has_value()) << platform::in_english(first.error());
        const platform::JsonValue* const next = first->find("next");
        ASSERT_TRUE(next != nullptr && next->string() != nullptr);

        const auto answer = agent_.get(path + "limit=1&first=" + *next->string());

        EXPECT_THAT(answer.body, HasSubstr(R"("number":2,)"));
        EXPECT_THAT(answer.body, Not(HasSubstr(R"("number":1,)")));
    }
}

TEST_F(ConflictRoutes, RetryOnlyWhatIsInQuarantine) {
    const auto answer = agent_.ask({.method = "POST", .path = "/api/v1/entries/1/retry"});

    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(agent_.ask({.method = "POST", .path = "/api/v1/entries/9/retry"}).status >= 400,
              true);
}

TEST_F(ConflictRoutes, ExplainWhereAnEntryIs) {
    EXPECT_THAT(agent_.get("/api/v1/entries/1").body,
                HasSubstr(R"("explanation":"delivery is paused: no unified.url configured")"));
}

TEST_F(ConflictRoutes, ShowThePairingCode) {
    const auto answer = agent_.ask({.method = "POST", .path = "/api/v1/pair"});

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.head, HasSubstr("Cache-Control: no-store"));
    const auto json = platform::read_json(answer.body);
    ASSERT_TRUE(json.has_value());
    const auto code = store::PairingCode::parse(*json->find("code")->string());
    ASSERT_TRUE(code.has_value());
    EXPECT_EQ(code->register_key(), agent_.registry().pairing_code().register_key());
    EXPECT_THAT(agent_.logged(), Not(HasSubstr(*json->find("code")->string())));
}

TEST_F(ConflictRoutes, AreForTheOwner) {
    for (const char* path : {"/api/v1/conflicts", "/api/v1/quarantine"})
        EXPECT_EQ(agent_.ask({.path = path, .over_port = true}).status, 404) << path;
    for (const char* path :
         {"/api/v1/pair", "/api/v1/entries/1/resolve", "/api/v1/entries/1/retry"})
        EXPECT_EQ(agent_.ask({.method = "POST", .path = path, .over_port = true}).status, 404)
            << path;
    EXPECT_EQ(agent_.get("/api/v1/pair").status, 405);
}

TEST_F(ConflictRoutes, TakeAnEncodedSlashForAPartOfTheName) {
    EXPECT_EQ(agent_.get("/api/v1/entries/1/signing").status, 200);
    EXPECT_EQ(agent_.get("/api/v1/entries/1%2Fsigning").status, 404);
    EXPECT_EQ(agent_.get("/api/v1/entries/1%2fhistory").status, 404);
    EXPECT_EQ(agent_.get("/api/v1/entries/%31").status, 200);
    EXPECT_EQ(agent_.get("/api/v1/entries/%").status, 400);
}

}  // namespace
}  // namespace tizilim
