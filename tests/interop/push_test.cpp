#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/interop/conformance.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tizilim::interop {
namespace {

using platform::Method;

const std::string kA = R"({"_id":"a","_rev":"1-aa","x":1})";

std::int64_t x_of(const Answer& answer) {
    const platform::JsonValue* x = answer.json.find("x");
    return x == nullptr || x->integer() == nullptr ? -1 : *x->integer();
}

TEST_P(Conformance, AcceptsRevisionsWithAnEmptyList) {
    pushed(kA + R"(,{"_id":"entry:b","_rev":"1-bb","text":"құқықтық мәселе \"\\\n"})");

    EXPECT_EQ(x_of(get("/a")), 1);
    EXPECT_EQ(get("/entry:b").text("text"), "құқықтық мәселе \"\\\n");
    EXPECT_EQ(get("/entry%3Ab").text("_rev"), "1-bb");
}

TEST_P(Conformance, AcceptsNothing) {
    pushed("");
}

TEST_P(Conformance, AcceptsAKnownRevisionAgain) {
    pushed(kA);
    pushed(kA);

    EXPECT_EQ(get("/_changes").list("results").size(), 1U);
}

TEST_P(Conformance, DropsAnotherBodyOfAKnownRevision) {
    pushed(kA);
    pushed(R"({"_id":"a","_rev":"1-aa","x":2})");

    EXPECT_EQ(x_of(get("/a")), 1);
}

TEST_P(Conformance, KeepsTheAncestorsOfARevision) {
    pushed(R"({"_id":"a","_rev":"3-cc","_revisions":{"start":3,"ids":["cc","bb","aa"]},"x":3})");

    const Answer got = get("/a?revs=true");

    const platform::JsonValue* revisions = got.json.find("_revisions");
    ASSERT_NE(revisions, nullptr);
    EXPECT_EQ(platform::canonical_json(*revisions), R"({"ids":["cc","bb","aa"],"start":3})");
    EXPECT_EQ(get("/a?rev=2-bb").status, 404);
}

TEST_P(Conformance, PutsAChildInItsParentsPlace) {
    pushed(kA);
    pushed(R"({"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},"x":2})");

    const Answer changes = get("/_changes?style=all_docs");
    ASSERT_EQ(changes.list("results").size(), 1U);
    EXPECT_EQ(texts(*changes.list("results")[0].find("changes")->array(), "rev"),
              std::vector<std::string>{"2-bb"});
    EXPECT_EQ(x_of(get("/a")), 2);
    EXPECT_EQ(x_of(get("/a?rev=1-aa")), 1);
}

/// What ends a conflict: the child of one leaf, and a tombstone for each of the others.
TEST_P(Conformance, TakesAMergeAndTheEndOfTheLosersInOneBatch) {
    pushed(kA);
    pushed(R"({"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},"x":2},
              {"_id":"a","_rev":"2-cc","_revisions":{"start":2,"ids":["cc","aa"]},"x":3})");

    pushed(R"({"_id":"a","_rev":"3-dd","_revisions":{"start":3,"ids":["dd","cc","aa"]},"x":4},
              {"_id":"a","_rev":"3-ee","_revisions":{"start":3,"ids":["ee","bb","aa"]},
               "_deleted":true})");

    EXPECT_EQ(get("/a?conflicts=true").list("_conflicts").size(), 0U);
    EXPECT_EQ(x_of(get("/a")), 4);
    const Answer changes = get("/_changes?style=all_docs");
    EXPECT_EQ(texts(*changes.list("results")[0].find("changes")->array(), "rev"),
              (std::vector<std::string>{"3-dd", "3-ee"}));
}

TEST_P(Conformance, MakesALateChildOfAMergedLeafANewLeaf) {
    pushed(kA);
    pushed(R"({"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},"x":2},
              {"_id":"a","_rev":"3-dd","_revisions":{"start":3,"ids":["dd","cc","aa"]},"x":4},
              {"_id":"a","_rev":"3-ee","_revisions":{"start":3,"ids":["ee","bb","aa"]},
               "_deleted":true})");

    pushed(R"({"_id":"a","_rev":"3-ff","_revisions":{"start":3,"ids":["ff","bb","aa"]},"x":5})");

    const Answer got = get("/a?conflicts=true");
    EXPECT_EQ(got.text("_rev"), "3-ff");
    ASSERT_EQ(got.list("_conflicts").size(), 1U);
    EXPECT_EQ(*got.list("_conflicts")[0].string(), "3-dd");
}

TEST_P(Conformance, KeepsIntegersBelowTwoToThe53) {
    pushed(R"({"_id":"a","_rev":"1-aa","x":9007199254740991,"y":-9007199254740991})");

    const Answer got = get("/a");
    EXPECT_EQ(x_of(got), 9007199254740991);
    EXPECT_EQ(*got.json.find("y")->integer(), -9007199254740991);
}

TEST_P(Conformance, RefusesAWholeBatchForABadId) {
    const Answer refused = push(kA + R"(,{"_id":"_bad","_rev":"1-aa"})");

    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.text("error"), by_kind("illegal_docid", "bad_request"));
    EXPECT_EQ(get("/a").status, 404);
}

TEST_P(Conformance, RefusesAWholeBatchForAnUnknownSpecialField) {
    const Answer refused = push(kA + R"(,{"_id":"b","_rev":"1-bb","_unknown":1})");

    EXPECT_EQ(refused.status, by_kind(400, 500));
    EXPECT_EQ(refused.text("error"), "doc_validation");
    EXPECT_EQ(get("/a").status, 404);
}

TEST_P(Conformance, RefusesAWholeBatchForABadRevision) {
    const Answer refused = push(kA + R"(,{"_id":"b","_rev":"one"})");

    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(get("/a").status, 404);
}

TEST_P(Conformance, RefusesAWholeBatchForADocumentThatIsNone) {
    EXPECT_EQ(push(kA + R"(,"b")").status, by_kind(400, 500));
    EXPECT_EQ(get("/a").status, 404);
}

TEST_P(Conformance, RefusesAWholeBatchForAMissingAttachment) {
    const std::string stub =
        R"({"content_type":"text/plain","revpos":1,"digest":"md5-x","length":1,"stub":true})";

    const Answer refused =
        push(kA + R"(,{"_id":"b","_rev":"1-bb","_attachments":{"x":)" + stub + "}}");

    EXPECT_EQ(refused.status, 412);
    EXPECT_EQ(refused.text("error"), "missing_stub");
    EXPECT_EQ(get("/a").status, 404);
}

TEST_P(Conformance, RefusesADocumentAboveEightMegabytesOnlyInCouchDb) {
    const std::string large(8'000'001, 'x');

    const Answer answer = push(kA + R"(,{"_id":"large","_rev":"1-bb","text":")" + large + R"("})");

    EXPECT_EQ(answer.status, by_kind(413, 201));
    EXPECT_EQ(answer.text("error"), by_kind("document_too_large", ""));
    EXPECT_EQ(answer.text("reason"), by_kind("large", ""));
    EXPECT_EQ(get("/a").status, by_kind(404, 200));
}

TEST_P(Conformance, RefusesWhatIsNoJson) {
    for (const std::string path : {"/_bulk_docs", "/_revs_diff", "/_bulk_get"}) {
        const Answer refused = post(path, R"({"docs":)");
        EXPECT_EQ(refused.status, 400) << path;
        EXPECT_EQ(refused.text("error"), "bad_request") << path;
    }
    EXPECT_EQ(put("/a", R"({"x":)").status, 400);
    EXPECT_EQ(put("/_local/me", R"({"x":)").status, 400);
}

TEST_P(Conformance, RefusesABatchWithoutDocuments) {
    for (const std::string path : {"/_bulk_docs", "/_bulk_get"}) {
        EXPECT_EQ(post(path, "{}").status, 400) << path;
    }
    EXPECT_EQ(post("/_bulk_docs", "[]").status, 400);
}

TEST_P(Conformance, ReadsCompressedBodies) {
    const Answer written =
        gzipped(Method::post, "/_bulk_docs", R"({"new_edits":false,"docs":[)" + kA + "]}");
    EXPECT_EQ(written.status, 201);
    EXPECT_EQ(x_of(get("/a")), 1);

    const Answer diff = gzipped(Method::post, "/_revs_diff", R"({"a":["1-aa","1-ff"]})");
    ASSERT_NE(diff.json.find("a"), nullptr);
    EXPECT_EQ(diff.json.find("a")->find("missing")->array()->size(), 1U);

    const Answer got = gzipped(Method::post, "/_bulk_get", R"({"docs":[{"id":"a","rev":"1-aa"}]})");
    EXPECT_EQ(got.list("results").size(), 1U);

    EXPECT_EQ(gzipped(Method::put, "/_local/me", R"({"epoch":1})").status, 201);
}

TEST_P(Conformance, RefusesABodyThatIsNotAsItSays) {
    const auto send = [&](const std::string& encoding) {
        return ask({.method = Method::post,
                    .url = url() + "/_bulk_docs",
                    .headers = {{"Content-Encoding", encoding}},
                    .body = "not compressed"})
            .status;
    };

    EXPECT_EQ(send("gzip"), 400);
    EXPECT_EQ(send("br"), 415);
}

TEST_P(Conformance, EditsADocumentWithItsRevisionOnly) {
    const Answer made = put("/a", R"({"x":1})");
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.text("id"), "a");
    const std::string first = made.text("rev");
    EXPECT_EQ(put("/a", R"({"x":2})").status, 409);
    EXPECT_EQ(put("/a", R"({"_rev":"1-00","x":2})").status, 409);

    const Answer edited = put("/a", R"({"x":2,"_rev":")" + first + R"("})");

    EXPECT_EQ(edited.status, 201);
    EXPECT_EQ(edited.text("rev").substr(0, 2), "2-");
    EXPECT_EQ(put("/a?rev=" + first, R"({"x":3})").status, 409);
    EXPECT_EQ(x_of(get("/a")), 2);
}

TEST_P(Conformance, DeletesAndMakesAnew) {
    const std::string first = put("/a", R"({"x":1})").text("rev");

    EXPECT_EQ(del("/a?rev=" + first).status, 200);

    EXPECT_EQ(get("/a").status, 404);
    EXPECT_EQ(del("/a").status, 404);
    const Answer anew = put("/a", R"({"x":2})");
    EXPECT_EQ(anew.status, 201);
    EXPECT_EQ(anew.text("rev").substr(0, 2), "3-");
}

TEST_P(Conformance, AnswersOrdinaryEditsRowByRow) {
    ASSERT_EQ(put("/b", "{}").status, 201);

    const Answer answer = post("/_bulk_docs", R"({"docs":[{"_id":"a","x":1},{"_id":"b"}]})");

    EXPECT_EQ(answer.status, 201);
    ASSERT_NE(answer.json.array(), nullptr);
    const auto& rows = *answer.json.array();
    ASSERT_EQ(rows.size(), 2U);
    // express-pouchdb keeps no order of the rows.
    const bool first_is_stored = rows[0].find("ok") != nullptr;
    const auto& stored = rows[first_is_stored ? 0 : 1];
    const auto& refused = rows[first_is_stored ? 1 : 0];
    ASSERT_NE(stored.find("ok"), nullptr) << answer.raw.body;
    EXPECT_EQ(*stored.find("id")->string(), "a");
    ASSERT_NE(refused.find("error"), nullptr) << answer.raw.body;
    EXPECT_EQ(*refused.find("error")->string(), "conflict");
}

}  // namespace
}  // namespace tizilim::interop
