// The feed as CouchDB gives it: selectors, what they leave out, and how far a page has come.
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tizilim {
namespace {

using platform::HttpResponse;
using platform::JsonValue;
using platform::Method;
using support::CouchModel;
using support::PeerKind;
using Texts = std::vector<std::string>;

struct Feed : CouchModel {
    explicit Feed(PeerKind kind = PeerKind::couchdb) : CouchModel(kind) { create_database("d"); }

    void push(const std::string& documents) {
        const auto answer = post("_bulk_docs", R"({"new_edits":false,"docs":[)" + documents + "]}");
        ASSERT_EQ(answer.status, 201);
    }
    HttpResponse post(const std::string& path, const std::string& body) {
        return handle({.method = Method::post,
                       .url = "http://model/d/" + path,
                       .headers = {{"Accept-Encoding", "gzip"}},
                       .body = body});
    }
    HttpResponse selected(const std::string& selector, const std::string& query = "") {
        return post("_changes?style=all_docs&filter=_selector" + query,
                    R"({"selector":)" + selector + '}');
    }
};

JsonValue json(const HttpResponse& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    const auto read = platform::read_json(response.body);
    return read ? *read : JsonValue();
}

/// "id rev rev" of each row.
Texts rows(const JsonValue& page) {
    Texts rows;
    for (const JsonValue& row : *page.find("results")->array()) {
        std::string text = *row.find("id")->string();
        for (const JsonValue& leaf : *row.find("changes")->array()) {
            text += ' ' + *leaf.find("rev")->string();
        }
        rows.push_back(text);
    }
    return rows;
}

const std::string kWithoutTag =
    R"({"$nor":[{"by":"T","_rev":{"$regex":"^1-"},"_id":{"$regex":"^e:"}}]})";

TEST(CouchChanges, AsksASelectorOfEachLeafByItsOwnBody) {
    Feed feed;
    feed.push(R"({"_id":"e:1","_rev":"1-aa","by":"T"},{"_id":"e:1","_rev":"1-bb","by":"U"},
                 {"_id":"e:1","_rev":"1-cc"},{"_id":"e:2","_rev":"1-aa","by":"T"},
                 {"_id":"u:1","_rev":"1-aa","by":"T"},{"_id":"e:3","_rev":"1-aa","by":7},
                 {"_id":"e:4","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},"by":"T"},
                 {"_id":"e:5","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","aa"]},
                  "_deleted":true})");

    EXPECT_EQ(rows(json(feed.selected(kWithoutTag))),
              (Texts{"e:1 1-cc 1-bb", "u:1 1-aa", "e:3 1-aa", "e:4 2-bb", "e:5 2-bb"}));
    EXPECT_EQ(rows(json(feed.selected(R"({"by":"T"})"))),
              (Texts{"e:1 1-aa", "e:2 1-aa", "u:1 1-aa", "e:4 2-bb"}));
    EXPECT_EQ(rows(json(feed.selected("{}"))).size(), 6U);
}

TEST(CouchChanges, CountsRowsThatPassAndMovesBehindTheOthers) {
    Feed feed;
    for (int i = 0; i < 5; ++i) {
        feed.push(R"({"_id":"e:)" + std::to_string(i) + R"(","_rev":"1-aa","by":"T"},{"_id":"x)" +
                  std::to_string(i) + R"(","_rev":"1-aa"})");
    }
    feed.push(R"({"_id":"e:9","_rev":"1-aa","by":"T"})");

    const JsonValue first = json(feed.selected(kWithoutTag, "&limit=3"));
    const std::string since = *first.find("last_seq")->string();
    const JsonValue rest = json(feed.selected(kWithoutTag, "&limit=3&since=" + since));
    const JsonValue none =
        json(feed.selected(kWithoutTag, "&limit=3&since=" + *rest.find("last_seq")->string()));

    EXPECT_EQ(rows(first), (Texts{"x0 1-aa", "x1 1-aa", "x2 1-aa"}));
    EXPECT_EQ(*first.find("pending")->integer(), 5);
    EXPECT_EQ(rows(rest), (Texts{"x3 1-aa", "x4 1-aa"}));
    EXPECT_TRUE(rest.find("last_seq")->string()->starts_with("11-"));
    EXPECT_EQ(*rest.find("pending")->integer(), 0);
    EXPECT_TRUE(rows(none).empty());
}

TEST(CouchChanges, RefusesASelectorThatItDoesNotKnow) {
    Feed feed;
    for (const char* selector :
         {"[]", "7", R"({"$in":[1]})", R"({"a":{"$gt":1}})", R"({"$nor":{}})", R"({"$nor":[7]})",
          R"({"a":{"$regex":"("}})", R"({"a":{"$regex":7}})"}) {
        EXPECT_EQ(feed.selected(selector).status, 400) << selector;
    }
    EXPECT_EQ(feed.post("_changes?filter=_selector", "{}").status, 400);
}

TEST(CouchChanges, HasSequencesAsLongAsARealOnes) {
    Feed feed;
    feed.push(R"({"_id":"a","_rev":"1-aa"})");

    const JsonValue page = json(feed.post("_changes", ""));

    EXPECT_GT(page.find("last_seq")->string()->size(), 200U);
    EXPECT_EQ(*(*page.find("results")->array())[0].find("seq"), *page.find("last_seq"));
}

TEST(CouchChanges, LeavesSequencesOutOfRowsWhenAskedTo) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        Feed feed(kind);
        for (int i = 0; i < 5; ++i) {
            feed.push(R"({"_id":"a)" + std::to_string(i) + R"(","_rev":"1-aa"})");
        }

        const auto with = [&](const std::string& query) {
            std::size_t count = 0;
            const JsonValue page = json(feed.handle({.method = Method::get,
                                                     .url = "http://model/d/_changes" + query,
                                                     .headers = {},
                                                     .body = {}}));
            EXPECT_NE(*page.find("last_seq"), JsonValue());
            for (const JsonValue& row : *page.find("results")->array()) {
                count += *row.find("seq") == JsonValue() ? 0 : 1;
            }
            return count;
        };

        const bool couchdb = kind == PeerKind::couchdb;
        EXPECT_EQ(with("?limit=4&seq_interval=4"), couchdb ? 1U : 4U);
        EXPECT_EQ(with("?limit=4&seq_interval=2"), couchdb ? 2U : 4U);
        EXPECT_EQ(with("?limit=4&seq_interval=0"), 4U);
        EXPECT_EQ(with("?limit=4"), 4U);
    }
}

TEST(CouchChanges, AreNeverCompressedByACouchDb) {
    Feed feed;
    for (int i = 0; i < 50; ++i) {
        feed.push(R"({"_id":"a)" + std::to_string(i) + R"(","_rev":"1-aa"})");
    }

    const HttpResponse page = feed.post("_changes", "");

    EXPECT_EQ(page.header("content-encoding"), nullptr);
    EXPECT_TRUE(platform::read_json(page.body));
}

}  // namespace
}  // namespace tizilim
