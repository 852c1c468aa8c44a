#include "platform/text/json.h"
#include "tests/interop/conformance.h"

#include <gtest/gtest.h>

#include <string>

namespace tizilim::interop {
namespace {

TEST_P(Conformance, HasNoLocalDocumentBeforeItIsWritten) {
    const Answer answer = get("/_local/me");

    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.text("error"), "not_found");
}

TEST_P(Conformance, KeepsALocalDocumentWithItsRevision) {
    const Answer written = put("/_local/me", R"({"epoch":1})");
    EXPECT_EQ(written.status, 201);
    EXPECT_EQ(written.text("rev"), "0-1");

    const Answer got = get("/_local/me");

    EXPECT_EQ(got.text("_id"), "_local/me");
    EXPECT_EQ(got.text("_rev"), "0-1");
    EXPECT_EQ(*got.json.find("epoch")->integer(), 1);
}

TEST_P(Conformance, ReplacesALocalDocumentByItsRevision) {
    ASSERT_EQ(put("/_local/me", R"({"epoch":1})").status, 201);

    EXPECT_EQ(put("/_local/me", R"({"_rev":"0-1","epoch":2})").text("rev"), "0-2");

    EXPECT_EQ(*get("/_local/me").json.find("epoch")->integer(), 2);
}

TEST_P(Conformance, ChecksConflictsOfLocalDocumentsOnlyInPouchDb) {
    ASSERT_EQ(put("/_local/me", R"({"epoch":1})").status, 201);
    ASSERT_EQ(put("/_local/me", R"({"_rev":"0-1","epoch":2})").status, 201);

    EXPECT_EQ(put("/_local/me", R"({"epoch":3})").status, by_kind(201, 409));
    EXPECT_EQ(put("/_local/me", R"({"_rev":"0-1","epoch":4})").status, by_kind(201, 409));
    EXPECT_EQ(put("/_local/other", R"({"_rev":"0-7","epoch":5})").status, by_kind(201, 409));

    EXPECT_EQ(*get("/_local/me").json.find("epoch")->integer(), by_kind(4, 2));
}

TEST_P(Conformance, ShowsLocalDocumentsInNoList) {
    ASSERT_EQ(put("/_local/me", R"({"epoch":1})").status, 201);

    EXPECT_TRUE(get("/_changes").list("results").empty());
    EXPECT_TRUE(get("/_all_docs").list("rows").empty());
}

TEST_P(Conformance, DoesNotValidateLocalDocuments) {
    provisioned();

    EXPECT_EQ(put("/_local/me", R"({"type":"entry","anything":1})").status, 201);
}

}  // namespace
}  // namespace tizilim::interop
