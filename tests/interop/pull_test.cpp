#include "platform/text/json.h"
#include "tests/interop/conformance.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tizilim::interop {
namespace {

using Texts = std::vector<std::string>;

/// Two live leaves, a superseded root and a deleted, longer leaf.
const std::string kConflict =
    R"({"_id":"a","_rev":"1-aa","x":1},
       {"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},"x":2},
       {"_id":"a","_rev":"2-cc","_revisions":{"start":2,"ids":["cc","aa"]},"x":3},
       {"_id":"a","_rev":"3-dd","_revisions":{"start":3,"ids":["dd","ee","aa"]},"_deleted":true})";

Texts revisions(const platform::JsonValue& row) {
    return texts(*row.find("changes")->array(), "rev");
}

/// A sequence as it goes into `since`, whatever its JSON type.
std::string last_sequence(const Answer& changes) {
    const platform::JsonValue* last = changes.json.find("last_seq");
    if (last == nullptr) return "";
    return last->string() != nullptr ? *last->string() : platform::to_json(*last);
}

TEST_P(Conformance, ShowsTheWinnerAndItsConflicts) {
    pushed(kConflict);

    const Answer got = get("/a?conflicts=true");

    EXPECT_EQ(got.text("_rev"), "2-cc");
    ASSERT_EQ(got.list("_conflicts").size(), 1U);
    EXPECT_EQ(*got.list("_conflicts")[0].string(), "2-bb");
}

TEST_P(Conformance, PrefersALongerBranch) {
    pushed(kConflict);
    pushed(R"({"_id":"a","_rev":"3-00","_revisions":{"start":3,"ids":["00","bb","aa"]},"x":4})");

    EXPECT_EQ(get("/a").text("_rev"), "3-00");
}

TEST_P(Conformance, ListsEveryLeafOfAChangedDocument) {
    pushed(kConflict);

    const Answer all = get("/_changes?style=all_docs");
    const Answer winners = get("/_changes");

    ASSERT_EQ(all.list("results").size(), 1U);
    EXPECT_EQ(revisions(all.list("results")[0]), (Texts{"2-bb", "2-cc", "3-dd"}));
    EXPECT_EQ(revisions(winners.list("results")[0]), (Texts{"2-cc"}));
}

TEST_P(Conformance, OpensEveryLeaf) {
    pushed(kConflict);

    const Answer open = get("/a?open_revs=all");
    ASSERT_NE(open.json.array(), nullptr);
    EXPECT_EQ(open.json.array()->size(), 3U);

    const Answer named = get("/a?open_revs=%5B%222-bb%22,%222-ff%22%5D");
    ASSERT_NE(named.json.array(), nullptr);
    EXPECT_EQ(texts(*named.json.array(), "missing"), (Texts{"2-ff"}));
}

/// Whoever pushes it second makes a second leaf of that name at CouchDB; PouchDB drops it.
TEST_P(Conformance, HasTwoLeavesOfOneNameOnlyInCouchDb) {
    pushed(R"({"_id":"a","_rev":"3-cc","_revisions":{"start":3,"ids":["cc","bb","aa"]}})");
    pushed(R"({"_id":"a","_rev":"3-cc","_revisions":{"start":3,"ids":["cc","xx","aa"]}})");

    const Answer open = get("/a?open_revs=all&revs=true");
    const Answer feed = get("/_changes?style=all_docs");
    const Answer one = get("/a?rev=3-cc&revs=true");

    ASSERT_NE(open.json.array(), nullptr);
    std::set<std::string> parents;
    for (const auto& row : *open.json.array()) {
        const auto* ids = row.find("ok")->find("_revisions")->find("ids");
        parents.insert(*(*ids->array())[1].string());
    }
    using Parents = std::set<std::string>;
    EXPECT_EQ(parents, by_kind(Parents{"bb", "xx"}, Parents{"bb"}));
    EXPECT_EQ(revisions(feed.list("results")[0]).size(), by_kind(2U, 1U));
    EXPECT_EQ(one.status, 200);
}

TEST_P(Conformance, PagesThroughChangesByLastSequence) {
    for (int i = 0; i < 7; ++i) {
        pushed(R"({"_id":"d)" + std::to_string(i) + R"(","_rev":"1-aa"})");
    }
    Texts seen;
    std::string since = "0";
    for (int page = 0; page < 4; ++page) {
        const Answer changes = get("/_changes?style=all_docs&limit=3&since=" + since);
        ASSERT_LE(changes.list("results").size(), 3U);
        for (const std::string& id : texts(changes.list("results"), "id")) seen.push_back(id);
        since = last_sequence(changes);
    }

    EXPECT_EQ(seen, (Texts{"d0", "d1", "d2", "d3", "d4", "d5", "d6"}));
    EXPECT_EQ(last_sequence(get("/_changes?since=" + since)), since);
    EXPECT_TRUE(get("/_changes?since=" + since).list("results").empty());
}

/// CouchDB leaves the place of most rows out then, PouchDB knows no such thing.
TEST_P(Conformance, SaysHowFarAPageCameThoughItsRowsNeedNot) {
    for (int i = 0; i < 5; ++i) {
        pushed(R"({"_id":"d)" + std::to_string(i) + R"(","_rev":"1-aa"})");
    }

    const Answer first = get("/_changes?style=all_docs&limit=3&seq_interval=3");
    const Answer rest =
        get("/_changes?style=all_docs&limit=3&seq_interval=3&since=" + last_sequence(first));

    EXPECT_EQ(texts(first.list("results"), "id"), (Texts{"d0", "d1", "d2"}));
    EXPECT_EQ(texts(rest.list("results"), "id"), (Texts{"d3", "d4"}));
    const platform::JsonValue* const seq = first.list("results")[2].find("seq");
    ASSERT_NE(seq, nullptr);
    EXPECT_EQ(*seq == platform::JsonValue(), couchdb());
}

/// PouchDB ends when it is asked so: it is never.
TEST_P(Conformance, LeavesOutOfChangesWhatASelectorNamesOnlyInCouchDb) {
    if (!couchdb()) GTEST_SKIP();
    pushed(R"({"_id":"entry:1","_rev":"1-aa","by":"T"},{"_id":"entry:1","_rev":"1-bb","by":"U"},
              {"_id":"entry:2","_rev":"1-aa","by":"T"},{"_id":"unified:1","_rev":"1-aa","by":"T"},
              {"_id":"entry:3","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},"by":"T"},
              {"_id":"entry:4","_rev":"1-aa","by":"T"})");

    const Answer changes = post(
        "/_changes?style=all_docs&filter=_selector&limit=3&seq_interval=3",
        R"({"selector":{"$nor":[{"by":"T","_rev":{"$regex":"^1-"},"_id":{"$regex":"^entry:"}}]}})");

    const auto& rows = changes.list("results");
    ASSERT_EQ(texts(rows, "id"), (Texts{"entry:1", "entry:3", "unified:1"}));
    for (const auto& row : rows) {
        const bool is_first = *row.find("id")->string() == "entry:1";
        EXPECT_EQ(revisions(row), is_first ? Texts{"1-bb"} : revisions(row));
    }
    const Answer rest = get("/_changes?since=" + last_sequence(changes));
    EXPECT_LE(rest.list("results").size(), 1U);
}

TEST_P(Conformance, NamesAChangedDocumentOnceAtItsLastChange) {
    pushed(R"({"_id":"a","_rev":"1-aa"},{"_id":"b","_rev":"1-aa"})");
    pushed(R"({"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]}})");

    const Answer changes = get("/_changes?style=all_docs");

    ASSERT_EQ(changes.list("results").size(), 2U);
    EXPECT_EQ(*changes.list("results")[0].find("id")->string(), "b");
    EXPECT_EQ(*changes.list("results")[1].find("id")->string(), "a");
}

TEST_P(Conformance, PutsDocumentsIntoChangesWhenAsked) {
    pushed(R"({"_id":"a","_rev":"1-aa","text":"x"})");

    const Answer changes = get("/_changes?include_docs=true");

    const platform::JsonValue* document = changes.list("results")[0].find("doc");
    ASSERT_NE(document, nullptr);
    EXPECT_EQ(*document->find("text")->string(), "x");
}

TEST_P(Conformance, AnswersALongPollAtOnceWhenThereAreChanges) {
    pushed(R"({"_id":"a","_rev":"1-aa"})");

    EXPECT_EQ(get("/_changes?feed=longpoll&since=0").list("results").size(), 1U);
}

TEST_P(Conformance, EchoesASequenceFromItsFuture) {
    pushed(R"({"_id":"a","_rev":"1-aa"})");
    const std::string future = by_kind<std::string>("999999-g1AAA", "999999");

    const Answer changes = get("/_changes?since=" + future);

    EXPECT_TRUE(changes.list("results").empty());
    EXPECT_EQ(last_sequence(changes), future);
    const platform::JsonValue* const pending = changes.json.find("pending");
    ASSERT_EQ(pending != nullptr, couchdb());
    if (couchdb()) {
        EXPECT_EQ(*pending->integer(), 0);
    }
}

TEST_P(Conformance, RefusesASequenceThatIsNoneOnlyInCouchDb) {
    pushed(R"({"_id":"a","_rev":"1-aa"})");

    const Answer changes = get("/_changes?since=abc");

    EXPECT_EQ(changes.status, by_kind(400, 200));
    EXPECT_TRUE(changes.list("results").empty());
}

TEST_P(Conformance, ShowsDeletedDocumentsInChangesOnly) {
    pushed(R"({"_id":"a","_rev":"1-aa","_deleted":true})");

    EXPECT_EQ(get("/a").status, 404);
    EXPECT_TRUE(get("/_all_docs").list("rows").empty());
    const Answer changes = get("/_changes");
    EXPECT_TRUE(*changes.list("results")[0].find("deleted")->boolean());
    const Answer tombstone = get("/a?rev=1-aa");
    EXPECT_EQ(tombstone.status, 200);
    EXPECT_TRUE(*tombstone.json.find("_deleted")->boolean());
}

TEST_P(Conformance, TellsMissingRevisionsFromKnownOnes) {
    pushed(kConflict);

    const Answer diff =
        post("/_revs_diff", R"({"a":["2-bb","2-cc","3-dd","4-ff"],"decoy":["1-77"]})");

    ASSERT_EQ(diff.status, 200);
    EXPECT_EQ(platform::canonical_json(*diff.json.find("a")->find("missing")), R"(["4-ff"])");
    EXPECT_EQ(platform::canonical_json(*diff.json.find("decoy")), R"({"missing":["1-77"]})");
}

TEST_P(Conformance, AnswersNothingWhenNothingIsMissing) {
    pushed(kConflict);

    const Answer diff = post("/_revs_diff", R"({"a":["2-bb","2-cc","3-dd"]})");

    ASSERT_NE(diff.json.object(), nullptr);
    EXPECT_TRUE(diff.json.object()->empty());
    EXPECT_TRUE(post("/_revs_diff", "{}").json.object()->empty());
}

TEST_P(Conformance, NamesPossibleAncestorsOnlyInCouchDb) {
    pushed(kConflict);

    const Answer diff = post("/_revs_diff", R"({"a":["3-ff"]})");

    const platform::JsonValue* ancestors = diff.json.find("a")->find("possible_ancestors");
    ASSERT_EQ(ancestors != nullptr, couchdb());
    if (couchdb()) {
        std::set<std::string> named;
        for (const auto& ancestor : *ancestors->array()) named.insert(*ancestor.string());
        EXPECT_EQ(named, (std::set<std::string>{"2-bb", "2-cc"}));
    }
}

TEST_P(Conformance, KnowsAnAncestorThatNeverCameOnlyInCouchDb) {
    pushed(R"({"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]}})");

    EXPECT_EQ(post("/_revs_diff", R"({"a":["1-aa"]})").json.object()->empty(), couchdb());
    EXPECT_EQ(get("/a?rev=1-aa").status, 404);
}

TEST_P(Conformance, GivesKnownLeavesInBulkWithTheirAncestors) {
    pushed(kConflict + R"(,{"_id":"b","_rev":"1-aa","x":7})");

    const Answer got = post("/_bulk_get?revs=true", R"({"docs":[{"id":"a","rev":"2-bb"},
        {"id":"a","rev":"2-cc"},{"id":"a","rev":"3-dd"},{"id":"b","rev":"1-aa"}]})");

    // In no order that one may count on.
    std::map<std::string, std::string> found;
    for (const auto& row : got.list("results")) {
        ASSERT_EQ(row.find("docs")->array()->size(), 1U);
        const platform::JsonValue* document = (*row.find("docs")->array())[0].find("ok");
        ASSERT_NE(document, nullptr);
        found[*document->find("_id")->string() + ' ' + *document->find("_rev")->string()] =
            platform::canonical_json(*document->find("_revisions"));
    }
    EXPECT_EQ(found, (std::map<std::string, std::string>{
                         {"a 2-bb", R"({"ids":["bb","aa"],"start":2})"},
                         {"a 2-cc", R"({"ids":["cc","aa"],"start":2})"},
                         {"a 3-dd", R"({"ids":["dd","ee","aa"],"start":3})"},
                         {"b 1-aa", R"({"ids":["aa"],"start":1})"}}));
}

TEST_P(Conformance, SaysInBulkWhatItDoesNotHave) {
    pushed(R"({"_id":"a","_rev":"1-aa"})");

    for (const std::string asked :
         {R"({"id":"gone","rev":"1-ff"})", R"({"id":"a","rev":"1-ff"})"}) {
        const Answer got = post("/_bulk_get?revs=true", R"({"docs":[)" + asked + "]}");
        EXPECT_EQ(got.status, 200);
        ASSERT_EQ(got.list("results").size(), 1U);
        const platform::JsonValue& miss = (*got.list("results")[0].find("docs")->array())[0];
        EXPECT_EQ(miss.find("ok"), nullptr);
        if (couchdb()) {
            EXPECT_EQ(*miss.find("error")->find("error")->string(), "not_found");
            EXPECT_EQ(*miss.find("error")->find("rev")->string(), "1-ff");
        } else {
            EXPECT_EQ(*miss.find("missing")->string(), "1-ff");
        }
    }
}

TEST_P(Conformance, GivesOneKnownRevisionWithItsAncestors) {
    pushed(kConflict);

    const Answer got = get("/a?revs=true&rev=2-bb");

    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.text("_rev"), "2-bb");
    EXPECT_EQ(platform::canonical_json(*got.json.find("_revisions")),
              R"({"ids":["bb","aa"],"start":2})");
    EXPECT_EQ(get("/a?revs=true&rev=2-ff").status, 404);
    EXPECT_EQ(get("/gone?revs=true&rev=1-aa").status, 404);
}

TEST_P(Conformance, GivesATombstoneByItsRevision) {
    pushed(kConflict);

    const Answer got = get("/a?revs=true&rev=3-dd");

    EXPECT_EQ(got.status, 200);
    EXPECT_TRUE(*got.json.find("_deleted")->boolean());
}

/// The agent tries what was refused again when they are others.
TEST_P(Conformance, ShowsItsDesignDocumentsInChanges) {
    provisioned();
    pushed(R"({"_id":"unified:1","_rev":"1-aa"})");
    const Answer before = get("/_changes?style=all_docs");
    ASSERT_EQ(texts(before.list("results"), "id"),
              (Texts{"_design/register", "register", "unified:1"}));
    const std::string revision = get("/_design/register").text("_rev");

    ASSERT_EQ(put("/_design/register", R"({"_rev":")" + revision + R"("})").status, 201);

    const Answer after = get("/_changes?style=all_docs&since=" + last_sequence(before));
    ASSERT_EQ(texts(after.list("results"), "id"), Texts{"_design/register"});
    EXPECT_EQ(revisions(after.list("results")[0]), Texts{get("/_design/register").text("_rev")});
}

TEST_P(Conformance, ListsAllDocumentsById) {
    pushed(R"({"_id":"b","_rev":"1-aa","x":1},{"_id":"a","_rev":"1-aa","x":2})");

    const Answer all = get("/_all_docs?include_docs=true");

    ASSERT_EQ(all.list("rows").size(), 2U);
    EXPECT_EQ(*all.list("rows")[0].find("id")->string(), "a");
    EXPECT_EQ(*all.list("rows")[0].find("value")->find("rev")->string(), "1-aa");
    EXPECT_EQ(*all.list("rows")[1].find("doc")->find("x")->integer(), 1);
}

TEST_P(Conformance, KeepsLosingLeavesWhenCompacted) {
    pushed(kConflict);

    EXPECT_EQ(post("/_compact", "{}").status, 202);
    int status = 0;
    for (int i = 0; i < 200 && status != 404; ++i) status = get("/a?rev=1-aa").status;

    EXPECT_EQ(status, 404);
    EXPECT_EQ(get("/a?rev=2-bb").status, 200);
    EXPECT_EQ(get("/a?rev=2-cc").status, 200);
}

TEST_P(Conformance, ForgetsSupersededBodiesWhenCompacted) {
    pushed(R"({"_id":"a","_rev":"1-aa","x":1})");
    pushed(R"({"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},"x":2})");
    ASSERT_EQ(get("/a?rev=1-aa").status, 200);

    EXPECT_EQ(post("/_compact", "{}").status, 202);
    // The servers compact while they answer: ask until it is done, a bounded number of times.
    int status = 0;
    for (int i = 0; i < 200 && status != 404; ++i) status = get("/a?rev=1-aa").status;

    EXPECT_EQ(status, 404);
    EXPECT_EQ(get("/a").text("_rev"), "2-bb");
    pushed(R"({"_id":"a","_rev":"1-aa","x":1})");
    // CouchDB takes the body again, and it is readable again.
    EXPECT_EQ(get("/a?rev=1-aa").status, by_kind(200, 404));
}

}  // namespace
}  // namespace tizilim::interop
