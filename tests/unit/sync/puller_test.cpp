#include "platform/http_transport.h"
#include "sync/replicator.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using sync::Outcome;

constexpr const char* kBulkGet = "_bulk_get";

/// A world whose peer has two documents to pull.
struct TwoDocuments : World {
    TwoDocuments() {
        put(unified_id(1), R"({"type":"unified","n":1})");
        put(unified_id(2), R"({"type":"unified","n":2})");
    }
};

TEST(Puller, DoesNotGiveUpBulkGetForOneServerError) {
    TwoDocuments world;
    world.model.fail_next(
        {.status = 503, .body = R"({"error":"service_unavailable"})", .path_part = kBulkGet});

    EXPECT_EQ(world.run(), Outcome::offline);
    EXPECT_TRUE(world.store.pulled().empty());
    EXPECT_EQ(world.store.checkpoint("R1").pulled, "");

    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.pulled().size(), 2U);
    EXPECT_EQ(world.network.captured_count(kBulkGet), 2U);
    EXPECT_EQ(world.network.captured_count("unified"), 0U);
}

TEST(Puller, FetchesOneByOneWhereThereIsNoBulkGet) {
    for (const int status : {404, 405}) {
        TwoDocuments world;
        world.model.fail_next(
            {.status = status, .body = "Cannot POST /register/_bulk_get", .path_part = kBulkGet});

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.store.pulled().size(), 2U);
        EXPECT_EQ(world.network.captured_count("unified"), 2U);
        world.put(unified_id(3), R"({"type":"unified"})");
        world.wait();
        world.run();
        EXPECT_EQ(world.store.pulled().size(), 3U);
        EXPECT_EQ(world.network.captured_count(kBulkGet), 1U);
    }
}

TEST(Puller, TakesAMissingBulkGetForAMissingDatabaseWhenItIs) {
    TwoDocuments world;
    bool gone = false;
    world.network.on_request([&](const platform::HttpRequest& request) {
        gone = gone || request.url.find(kBulkGet) != std::string::npos;
        if (gone) world.network.answer_next(404, R"({"error":"not_found"})");
    });

    EXPECT_EQ(world.run(), Outcome::refused);

    EXPECT_TRUE(world.store.pulled().empty());
    EXPECT_EQ(world.store.checkpoint("R1").pulled, "");
}

TEST(Puller, AsksSinglyForWhatBulkGetDidNotFind) {
    TwoDocuments world;
    world.model.fail_next({.status = 200,
                           .body = R"({"results":[{"id":"x","docs":[{}]},{"id":"y","docs":[)"
                                   R"({"error":{"id":"y","error":"internal"}}]}]})",
                           .path_part = kBulkGet});

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.pulled().size(), 2U);
    EXPECT_EQ(world.network.captured_count("unified"), 2U);
}

TEST(Puller, PassesOverARevisionThatWasSuperseded) {
    TwoDocuments world;
    world.model.fail_next({.status = 200, .body = R"({"results":[]})", .path_part = kBulkGet});
    world.model.fail_next({.status = 404,
                           .body = R"({"error":"not_found","reason":"missing"})",
                           .path_part = "unified"});

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.pulled().size(), 1U);
    EXPECT_EQ(world.replicator->link().skipped, 0U);
}

TEST(Puller, GoesOnBehindADocumentWithABrokenFrame) {
    TwoDocuments world;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url.find(kBulkGet) == std::string::npos) return;
        const auto revision = [&](unsigned number) {
            return world.model.database("register")->leaves(unified_id(number)).front().to_string();
        };
        const std::string poison = R"({"ok":{"_id":")" + unified_id(1) + R"(","_rev":")" +
                                   revision(1) + R"(","_revisions":{"start":9,"ids":[]}}})";
        const std::string sound =
            R"({"ok":{"_id":")" + unified_id(2) + R"(","_rev":")" + revision(2) + R"(","n":2}})";
        world.network.answer_next(
            200, R"({"results":[{"docs":[)" + poison + R"(]},{"docs":[)" + sound + "]}]}");
    });

    EXPECT_EQ(world.run(), Outcome::idle);

    ASSERT_EQ(world.store.pulled().size(), 1U);
    EXPECT_EQ(world.store.pulled().begin()->second.id, unified_id(2));
    EXPECT_EQ(world.replicator->link().skipped, 1U);
}

TEST(Puller, SkipsARevisionThatIsNone) {
    TwoDocuments world;
    world.model.fail_next({.status = 200,
                           .body = R"({"last_seq":[7,"x"],"results":[{"id":")" + unified_id(1) +
                                   R"(","changes":[{"rev":"0-a"},{"rev":"x"}]}]})",
                           .path_part = "_changes"});

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.replicator->link().skipped, 2U);
    EXPECT_EQ(world.store.checkpoint("R1").pulled, R"([7,"x"])");
}

TEST(Puller, SendsItsPlaceBackAsItCame) {
    for (const auto& [last_seq, sent] : std::vector<std::pair<std::string, std::string>>{
             {R"("7-g1 A&=")", "&since=7-g1%20A%26%3D"},
             {"12", "&since=12"},
             {R"([7,"x"])", "&since=%5B7%2C%22x%22%5D"}}) {
        World world;
        world.model.fail_next(
            {.status = 200,
             .body = R"({"last_seq":)" + last_seq + R"(,"results":[{"id":"x","changes":[]}]})",
             .path_part = "_changes"});
        world.run();
        world.network.answer_next(200, R"({"last_seq":)" + last_seq + R"(,"results":[]})");

        world.wait();
        world.run();

        EXPECT_TRUE(world.network.captured().back().request.url.ends_with(sent)) << last_seq;
    }
}

TEST(Puller, RefusesAPlaceThatIsNone) {
    for (const std::string& last_seq : {std::string("null"), std::string("{}"), std::string("true"),
                                        std::string("\"\""), '"' + std::string(9000, 'x') + '"'}) {
        TwoDocuments world;
        world.model.fail_next({.status = 200,
                               .body = R"({"results":[],"last_seq":)" + last_seq + "}",
                               .path_part = "_changes"});

        EXPECT_EQ(world.run(), Outcome::captive_portal);
        EXPECT_EQ(world.store.checkpoint("R1").pulled, "");
    }
}

TEST(Puller, TakesConflictingAndDeletedLeaves) {
    World world;
    const auto answer = world.model.handle(
        {.method = platform::Method::post,
         .url = "http://peer/register/_bulk_docs",
         .headers = {{"Content-Type", "application/json"}},
         .body = R"({"new_edits":false,"docs":[{"_id":")" + entry_id(1) +
                 R"(","_rev":"2-b","_revisions":{"start":2,"ids":["b","a"]},"n":1},{"_id":")" +
                 entry_id(1) +
                 R"(","_rev":"2-c","_revisions":{"start":2,"ids":["c","a"]},"_deleted":true}]})"});
    ASSERT_EQ(answer.status, 201);

    EXPECT_EQ(world.run(), Outcome::idle);

    ASSERT_EQ(world.store.pulled().size(), 2U);
    const store::RemoteDocument& live = world.store.pulled().at(entry_id(1) + " 2-b");
    EXPECT_EQ(live.ancestors, std::vector<std::string>{"a"});
    EXPECT_FALSE(live.deleted);
    EXPECT_TRUE(world.store.pulled().at(entry_id(1) + " 2-c").deleted);
}

}  // namespace
}  // namespace tizilim
