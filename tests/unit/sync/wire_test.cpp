#include "sync/couch/wire.h"

#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/replication/replication.h"
#include "sync/couch/tuning.h"
#include "tests/unit/sync/fake_register.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

namespace wire = sync::wire;

constexpr const char* kDigest = "0123456789abcdef0123456789abcdef";

platform::JsonValue json(std::string_view text) {
    auto read = platform::read_json(text);
    EXPECT_TRUE(read) << text;
    return read ? *read : platform::JsonValue();
}

TEST(Wire, PutsIdAndRevisionBeforeTheBodyAsItIs) {
    const auto entry = disclosed(entry_id(1), "дело \"7\"").minted({1, kDigest}, {});

    const std::string text = wire::encode(entry);

    EXPECT_EQ(text, R"({"_id":")" + entry_id(1) + R"(","_rev":"1-)" + std::string(kDigest) +
                        R"(",)" + entry.body().substr(1));
    EXPECT_TRUE(platform::read_json(text));
}

TEST(Wire, NamesAncestorsFromTheSecondGenerationOn) {
    const auto entry = disclosed(entry_id(1), "a").minted({3, "c"}, {"b", "a"});

    const platform::JsonValue read = json(wire::encode(entry));

    EXPECT_EQ(platform::to_json(*read.find("_revisions")), R"({"start":3,"ids":["c","b","a"]})");
    EXPECT_EQ(wire::encode(disclosed(entry_id(1), "a").minted({1, "a"}, {})).find("_revisions"),
              std::string::npos);
}

TEST(Wire, PutsATagOnFirstRevisionsAlone) {
    const auto first = disclosed(entry_id(1), "a").minted({1, "a"}, {});
    const auto second = disclosed(entry_id(1), "a").minted({2, "b"}, {"a"});
    const auto tombstone =
        store::DisclosedEntry::tombstone(entry_id(1), {2, "c"}, {"a"}, {{3, "d"}});

    EXPECT_TRUE(wire::encode(first, "TAG45678")
                    .starts_with(R"({"_id":")" + entry_id(1) +
                                 R"(","_rev":"1-a","by":"TAG45678",)" + first.body().substr(1, 5)));
    EXPECT_EQ(wire::encode(first).find("\"by\""), std::string::npos);
    EXPECT_EQ(wire::encode(second, "TAG45678"), wire::encode(second));
    EXPECT_EQ(wire::encode(tombstone, "TAG45678"), wire::encode(tombstone));
    EXPECT_TRUE(wire::encode(tombstone).ends_with(R"(,"_deleted":true,"into":"3-d"})"));
}

/// It is in no digest: the store would take it for a foreign body.
TEST(Wire, DropsTheTagOfWhatIsPulled) {
    for (const std::string tag : {R"("TAG45678")", "7", R"({"by":1})"}) {
        const auto read = wire::decode(
            json(R"({"_id":")" + entry_id(1) + R"(","_rev":"1-a","a":{"by":1},"by":)" + tag + "}"),
            {entry_id(1), {1, "a"}});

        ASSERT_TRUE(read) << tag;
        EXPECT_EQ(platform::to_json(read->body), R"({"a":{"by":1}})") << tag;
    }
}

TEST(Wire, ReadsAFeedWhoseRowsDoNotSayWhereTheyAre) {
    const auto page = wire::changes_page(json(
        R"({"results":[{"seq":null,"id":"a","changes":[{"rev":"1-a"}]},{"id":"b","changes":[]}],)"
        R"("last_seq":"7-g1AAA","pending":0})"));

    ASSERT_TRUE(page);
    EXPECT_EQ(page->rows.size(), 2U);
    EXPECT_EQ(page->reached, "7-g1AAA");
    EXPECT_EQ(page->skipped_rows, 0U);
}

TEST(Wire, SendsABatchWithItsOwnRevisions) {
    const std::vector<store::DisclosedEntry> entries = {
        disclosed(entry_id(1), "a").minted({1, "a"}, {}),
        disclosed(entry_id(2), "b").minted({1, "b"}, {})};

    const platform::JsonValue body = json(wire::bulk_docs_body(entries));

    EXPECT_EQ(*body.find("new_edits"), platform::JsonValue(false));
    EXPECT_EQ(body.find("docs")->array()->size(), 2U);
    EXPECT_EQ(wire::bulk_docs_body({}), R"({"new_edits":false,"docs":[]})");
}

TEST(Wire, GroupsLeavesOfOneDocument) {
    const std::vector<store::Leaf> leaves = {{"b", {1, "x"}}, {"a", {2, "y"}}, {"b", {3, "z"}}};

    EXPECT_EQ(wire::revs_diff_body(leaves), R"({"a":["2-y"],"b":["1-x","3-z"]})");
    EXPECT_EQ(wire::bulk_get_body(leaves),
              R"({"docs":[{"id":"b","rev":"1-x"},{"id":"a","rev":"2-y"},{"id":"b","rev":"3-z"}]})");
}

TEST(Wire, ReadsWhatIsMissing) {
    const std::vector<store::Leaf> asked = {{"a", {1, "x"}}, {"b", {1, "y"}}, {"b", {2, "z"}}};

    EXPECT_EQ(wire::missing_leaves(json("{}"), asked), std::vector<store::Leaf>{});
    EXPECT_EQ(wire::missing_leaves(
                  json(R"({"b":{"missing":["2-z"],"possible_ancestors":["1-y"]}})"), asked),
              (std::vector<store::Leaf>{{"b", {2, "z"}}}));
}

TEST(Wire, RefusesAReplyAboutLeavesNotAsked) {
    const std::vector<store::Leaf> asked = {{"a", {1, "x"}}};
    for (const char* text :
         {"[]", R"({"b":{"missing":["1-x"]}})", R"({"a":{"missing":["1-y"]}})", R"({"a":{}})",
          R"({"a":{"missing":"1-x"}})", R"({"a":["1-x"]})", R"({"a":{"missing":[1]}})", "null"}) {
        EXPECT_FALSE(wire::missing_leaves(json(text), asked)) << text;
    }
}

TEST(Wire, ReadsRefusedRowsOfEveryServer) {
    const std::vector<store::DisclosedEntry> sent = {
        disclosed(entry_id(1), "a").minted({1, "a"}, {})};
    const std::string id = R"({"id":")" + entry_id(1) + '"';

    const auto errors = [&](const std::string& rows) {
        std::vector<std::string> found;
        const auto refused = wire::refused_rows(json(rows), sent);
        if (!refused) return std::vector<std::string>{"another shape"};
        for (const wire::RefusedRow& row : *refused) found.push_back(row.error);
        return found;
    };

    EXPECT_EQ(errors("[]"), std::vector<std::string>{});
    EXPECT_EQ(errors('[' + id + R"(,"ok":true,"rev":"1-a"}])"), std::vector<std::string>{});
    EXPECT_EQ(errors('[' + id + "}]"), std::vector<std::string>{""});
    EXPECT_EQ(errors('[' + id + R"(,"error":"Error","reason":7}])"),
              std::vector<std::string>{"Error"});
    EXPECT_FALSE(wire::refused_rows(json("{}"), sent));
    EXPECT_FALSE(wire::refused_rows(json(R"([{"id":"other"}])"), sent));
    EXPECT_FALSE(wire::refused_rows(json(R"([{"error":"forbidden"}])"), sent));
}

TEST(Wire, RoundTripsTheEpoch) {
    const wire::EpochDocument document{"0-7", 12, "nonce", "7-g\"1"};

    const auto read = wire::epoch_document(json(wire::epoch_body("me", document)), "me");

    EXPECT_EQ(read, document);
    EXPECT_FALSE(wire::epoch_document(json(wire::epoch_body("me", document)), "you"));
    EXPECT_EQ(wire::epoch_body("me", {"", 1, "n", ""}),
              R"({"_id":"_local/me","epoch":1,"nonce":"n","pulled":""})");
}

TEST(Wire, BelievesNothingOfADamagedEpoch) {
    for (const char* members :
         {R"("epoch":0,"nonce":"n")", R"("epoch":-1,"nonce":"n")", R"("epoch":"1","nonce":"n")",
          R"("epoch":1)", R"("epoch":1,"nonce":"")", R"("epoch":1.0,"nonce":"n")",
          R"("nonce":"n")"}) {
        const std::string text = R"({"_id":"_local/me","_rev":"0-1",)" + std::string(members) + '}';
        EXPECT_EQ(wire::epoch_document(json(text), "me"), (wire::EpochDocument{"0-1", 0, "", ""}))
            << text;
    }
}

TEST(Wire, KnowsWhichDocumentsAreOursToPull) {
    EXPECT_TRUE(wire::is_pulled("entry:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001"));
    EXPECT_TRUE(wire::is_pulled("unified:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001"));
    for (const char* id : {"register", "_design/rules", "entry:", "entry:1", "unified", "",
                           "entry:0192F0C1-7c3e-7b6a-9d55-0f4c2a9be001",
                           "entry:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be0011",
                           "entry:0192f0c1x7c3e-7b6a-9d55-0f4c2a9be001",
                           "Entry:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001",
                           "other:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001"}) {
        EXPECT_FALSE(wire::is_pulled(id)) << id;
    }
}

TEST(Wire, DecodesADocumentWithoutItsFrame) {
    const auto document =
        wire::decode(json(R"({"_id":"d","_rev":"3-c","_revisions":{"start":3,"ids":["c","b"]},)"
                          R"("_attachments":{},"_deleted":true,"n":{"_x":1},"m":"v"})"),
                     {"d", {3, "c"}});

    ASSERT_TRUE(document);
    EXPECT_EQ(document->id, "d");
    EXPECT_EQ(document->ancestors, std::vector<std::string>{"b"});
    EXPECT_TRUE(document->deleted);
    EXPECT_EQ(platform::to_json(document->body), R"({"n":{"_x":1},"m":"v"})");
}

TEST(Wire, RefusesADocumentWhoseFrameDoesNotFit) {
    for (const char* text :
         {"null", "[]", "{}", R"({"_id":"e","_rev":"2-b"})", R"({"_id":"d","_rev":"2-c"})",
          R"({"_id":"d","_rev":"2-b"})", R"({"_id":"d","_rev":"2-b","_revisions":{}})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":1,"ids":["b"]}})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":[]}})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":["c","a"]}})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":["b","a","z"]}})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":["b",""]}})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":["b",7]}})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":["b","a"]},"_deleted":1})",
          R"({"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":["b","a"]},"_other":1})"}) {
        EXPECT_FALSE(wire::decode(json(text), {"d", {2, "b"}})) << text;
    }
}

TEST(Wire, RefusesAncestorsOfMoreBytesThanAFrameToTheRegisterHas) {
    std::string ids = R"("b")";
    for (std::size_t bytes = 0; bytes <= sync::kAncestorsBytesMax; bytes += 256)
        ids += ",\"" + std::string(256, 'a') + '"';
    const auto text = R"({"_id":"d","_rev":"2000-b","_revisions":{"start":2000,"ids":[)" + ids;
    EXPECT_FALSE(wire::decode(json(text + "]}}"), {"d", {2000, "b"}}));
}

/// A revision's digest covers a fixed number of ancestors, however many the server names.
TEST(Wire, TakesAncestorsAsManyAsThePeerNames) {
    for (const unsigned named : {0U, 1U, 99U, 100U, 101U, 149U}) {
        std::string ids = R"("b")";
        for (unsigned i = 0; i < named; ++i) ids += ",\"a" + std::to_string(i) + '"';

        const auto document = wire::decode(
            json(R"({"_id":"d","_rev":"150-b","_revisions":{"start":150,"ids":[)" + ids + "]}}"),
            {"d", {150, "b"}});

        ASSERT_TRUE(document);
        EXPECT_EQ(document->ancestors.size(), named);
    }
}

TEST(Wire, ReadsCopiesOfOneRevision) {
    const std::string ok = R"({"ok":{"_id":"d","_rev":"2-b","_revisions":{"start":2,"ids":["b",)";
    const auto copies = wire::copies(
        json('[' + ok + R"("a"]}}},{"missing":"1-x"},)" + ok + R"("c"]}}},)" +
             R"({"ok":{"_id":"d","_rev":"2-e","_revisions":{"start":2,"ids":["e","a"]}}},)" +
             R"({"ok":{"_id":"d","_rev":"2-b"}}])"),
        {"d", {2, "b"}});

    ASSERT_TRUE(copies);
    ASSERT_EQ(copies->size(), 2U);
    EXPECT_EQ(copies->front().ancestors, std::vector<std::string>{"a"});
    EXPECT_EQ(copies->back().ancestors, std::vector<std::string>{"c"});
    EXPECT_FALSE(wire::copies(json("{}"), {"d", {2, "b"}}));
    EXPECT_FALSE(wire::copies(json("[7]"), {"d", {2, "b"}}));
    EXPECT_FALSE(wire::copies(json("[]"), {"d", {2, "b"}}));
}

TEST(Wire, EncodesForAUrl) {
    EXPECT_EQ(wire::url_encode("aZ0-._~"), "aZ0-._~");
    EXPECT_EQ(wire::url_encode("entry:1 /?&=%+\"ж"), "entry%3A1%20%2F%3F%26%3D%25%2B%22%D0%B6");
}

}  // namespace
}  // namespace tizilim
