#include "platform/text/json.h"
#include "tests/interop/conformance.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace tizilim::interop {
namespace {

const std::string kGood =
    R"("type":"entry","schema":1,"language":"kk","state":"recorded","applicationDate":"2025-11-03",
       "recordedAt":"2025-11-03T09:15:00+05:00","late":false,"form":"court","minutes":135,
       "basis":{"type":"investigator_resolution","date":"2025-11-03"},
       "withheld":["basis.number","basis.issuer","essence"],"commitment":"00ff")";

std::string entry(const std::string& id, const std::string& members) {
    return R"({"_id":"entry:)" + id + R"(","_rev":"1-aa",)" + members + '}';
}

TEST_P(Conformance, RefusesOneDocumentAndWritesTheOthers) {
    provisioned();

    const Answer answer = push(entry("1", kGood) + ',' + entry("2", kGood + R"(,"issuer":"x")") +
                               ',' + entry("3", kGood));

    EXPECT_EQ(answer.status, 201);
    ASSERT_NE(answer.json.array(), nullptr);
    ASSERT_EQ(answer.json.array()->size(), 1U);
    const platform::JsonValue& row = (*answer.json.array())[0];
    EXPECT_EQ(*row.find("id")->string(), "entry:2");
    EXPECT_EQ(*row.find("error")->string(), "forbidden");
    EXPECT_EQ(row.find("status"), nullptr);
    EXPECT_EQ(row.find("rev") != nullptr, couchdb());
    EXPECT_EQ(get("/entry:1").status, 200);
    EXPECT_EQ(get("/entry:2").status, 404);
    EXPECT_EQ(get("/entry:3").status, 200);
}

/// The model applies the list of what is allowed; a real server runs the function made from it.
TEST_P(Conformance, AllowsWhatMayBeSent) {
    provisioned();
    const std::vector<std::string> allowed{
        kGood,
        kGood + R"(,"essence":"a matter")",
        kGood + R"(,"by":"2f4S-a1_")",
        kGood + R"(,"eds":{"algorithm":"1.2.398","signedAt":"2025","cms":"AA=="})",
        R"("type":"entry","schema":1,"state":"withdrawn")",
        R"("_deleted":true)",
        R"("type":"entry","basis":{},"withheld":[])",
    };

    std::string documents;
    for (std::size_t i = 0; i < allowed.size(); ++i) {
        documents += (i == 0 ? "" : ",") + entry(std::to_string(i), allowed[i]);
    }

    pushed(documents);
    pushed(R"({"_id":"unified:1","_rev":"1-aa","type":"unified","anything":{"goes":[1]}})");
}

TEST_P(Conformance, RefusesWhatMayNotBeSent) {
    provisioned();
    const std::vector<std::string> refused{
        kGood + R"(,"number":"17")",
        kGood + R"(,"Essence":"x")",
        kGood + R"(,"constructor":"x")",
        kGood + R"(,"toString":"x")",
        kGood + R"(,"":"x")",
        R"("type":"entry","basis":{"type":"court_resolution","number":"17"})",
        R"("type":"entry","basis":"all about it")",
        R"("type":"entry","basis":{"type":{"number":"17"}})",
        R"("type":"entry","basis":["number"])",
        R"("type":"entry","basis":null)",
        R"("type":"entry","eds":{"iin":"123456789011"})",
        R"("type":"entry","essence":{"hidden":"x"})",
        R"("type":"entry","by":["essence"])",
        R"("type":"entry","minutes":"135")",
        R"("type":"entry","late":"no")",
        R"("type":"entry","withheld":"essence")",
        R"("type":"entry","withheld":[{"essence":"x"}])",
        R"("type":"entry","schema":1,"state":"withdrawn","commitment":"00ff")",
        R"("type":"note")",
        R"("schema":1)",
        R"("_deleted":true,"reason":"x")",
    };

    for (const std::string& members : refused) {
        const Answer answer = push(entry("1", members));
        ASSERT_NE(answer.json.array(), nullptr) << members;
        EXPECT_EQ(texts(*answer.json.array(), "error"), std::vector<std::string>{"forbidden"})
            << members;
    }
    EXPECT_EQ(get("/entry:1").status, 404);
}

/// A PC may say how it is, in these fields alone.
TEST_P(Conformance, AllowsAHealthDocumentAndNoMoreInIt) {
    provisioned();
    const std::string health = R"("type":"health","schema":1,"version":"1.0.0","state":"well",
        "writtenAt":"2026-11-02T09:00:00+00:00","waitingSeconds":0,"backupSeconds":60,
        "balanceError":0)";

    pushed(R"({"_id":"health:pc","_rev":"1-aa",)" + health + '}');
    for (const std::string more :
         {R"(,"essence":"x")", R"(,"unsigned":3)", R"(,"state":{"hidden":"x"})"}) {
        const std::string members =
            more.find("state") == std::string::npos ? health + more : R"("type":"health")" + more;
        const Answer answer = push(R"({"_id":"health:other","_rev":"1-aa",)" + members + '}');
        ASSERT_NE(answer.json.array(), nullptr) << members;
        EXPECT_EQ(texts(*answer.json.array(), "error"), std::vector<std::string>{"forbidden"});
    }
    const Answer large = push(R"({"_id":"health:other","_rev":"1-aa","type":"health","state":")" +
                              std::string(3'000, 'x') + R"("})");
    EXPECT_EQ(texts(*large.json.array(), "error"), std::vector<std::string>{"forbidden"});
    EXPECT_EQ(get("/health:other").status, 404);
}

TEST_P(Conformance, RefusesAnEntryUnderAnotherId) {
    provisioned();

    const Answer answer = put("/note:1", R"({"type":"entry"})");

    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.text("error"), "forbidden");
}

TEST_P(Conformance, ValidatesAKnownRevisionAgainOnlyInPouchDb) {
    pushed(entry("1", R"("type":"entry","secret":"x")"));
    provisioned();

    const Answer again = push(entry("1", R"("type":"entry","secret":"x")"));

    ASSERT_NE(again.json.array(), nullptr);
    EXPECT_EQ(again.json.array()->size(), by_kind(0U, 1U));
}

/// With any validation function express-pouchdb forgets `_revisions`: a child is answered like one
/// that was written, and is not there.
TEST_P(Conformance, LosesAChildWhereThereIsAValidationFunctionOnlyInPouchDb) {
    provisioned();
    pushed(entry("1", kGood));

    pushed(R"({"_id":"entry:1","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},)" + kGood +
           '}');

    EXPECT_EQ(get("/entry:1").text("_rev"), by_kind("2-bb", "1-aa"));
    EXPECT_EQ(post("/_revs_diff", R"({"entry:1":["2-bb"]})").json.object()->empty(), couchdb());
}

TEST_P(Conformance, LosesAncestorsWhereThereIsAValidationFunctionOnlyInPouchDb) {
    provisioned();

    pushed(R"({"_id":"entry:1","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},)" + kGood +
           '}');

    const Answer got = get("/entry:1?revs=true");
    const platform::JsonValue* revisions = got.json.find("_revisions");
    ASSERT_NE(revisions, nullptr);
    EXPECT_EQ(revisions->find("ids")->array()->size(), by_kind(2U, 1U));
}

}  // namespace
}  // namespace tizilim::interop
