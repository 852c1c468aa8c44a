#include "platform/network/http_transport.h"
#include "store/store_error.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <cstddef>
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

/// What the unified system says of an entry stands in the feed before the entry.
struct UnifiedBeforeEntry : World {
    explicit UnifiedBeforeEntry(support::PeerKind kind = support::PeerKind::couchdb) : World(kind) {
        put_unified(1, 1);
        put(entry_id(1), R"({"type":"entry"})");
        store.waits_for_entry[unified_id(1)] = entry_id(1);
    }
    [[nodiscard]] bool has_unified() const {
        const auto found = store.pulled().lower_bound(unified_id(1) + " 1-");
        return found != store.pulled().end() && found->second.id == unified_id(1);
    }
};

TEST(Puller, AsksForWhatItPassedOverOnceTheEntryIsHere) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        UnifiedBeforeEntry world(kind);

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_TRUE(world.has_unified());
        EXPECT_EQ(world.network.captured_count(kBulkGet), 2U);
        EXPECT_EQ(world.network.captured_count("unified"), 0U);
        EXPECT_TRUE(world.store.unified_questions.empty());
    }
}

TEST(Puller, AsksOneByOneForWhatItPassedOverWhereThereIsNoBulkGet) {
    UnifiedBeforeEntry world;
    world.model.fail_next(
        {.status = 404, .body = "Cannot POST /register/_bulk_get", .path_part = kBulkGet});

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_TRUE(world.has_unified());
    EXPECT_EQ(world.network.captured_count("unified"), 1U);
}

TEST(Puller, IsDoneWithAnEntryOfWhichTheUnifiedSystemSaysNothing) {
    for (const bool singly : {false, true}) {
        World world;
        world.put(entry_id(1), R"({"type":"entry"})");
        world.store.waits_for_entry[unified_id(1)] = entry_id(1);
        if (singly) {
            world.model.fail_next(
                {.status = 404, .body = "Cannot POST /register/_bulk_get", .path_part = kBulkGet});
        }

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.store.pulled().size(), 1U);
        EXPECT_EQ(world.replicator->link().skipped, 0U);
        EXPECT_EQ(world.network.captured_count("unified"), singly ? 1U : 0U);
        EXPECT_TRUE(world.store.unified_questions.empty());
        EXPECT_EQ(world.store.feed_ends, 1U);
    }
}

TEST(Puller, AsksAgainForWhatItPassedOverAfterAFailure) {
    UnifiedBeforeEntry world;
    bool asked = false;
    world.network.on_request([&](const platform::HttpRequest& request) {
        const bool is_question = plain_body(request).find("unified:") != std::string::npos;
        if (is_question && !asked) {
            asked = true;
            world.network.answer_next(503, R"({"error":"service_unavailable"})");
        }
    });
    EXPECT_EQ(world.run(), Outcome::offline);
    EXPECT_TRUE(asked);
    EXPECT_FALSE(world.has_unified());

    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_TRUE(world.has_unified());
}

/// While a limiter lets the question wait, the entry becomes local: to ask would name it.
TEST(Puller, AsksForNothingOfAnEntryThatBecameLocalMeanwhile) {
    UnifiedBeforeEntry world;
    std::size_t questions = 0;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (plain_body(request).find("unified:") == std::string::npos) return;
        ++questions;
        world.store.unified_questions.clear();
        world.network.answer_next(429, R"({"error":"too_many_requests"})");
    });

    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_EQ(questions, 1U);
    EXPECT_FALSE(world.has_unified());
}

TEST(Puller, AsksAgainForWhatItPassedOverWhicheverWriteIsTheLastBeforeACrash) {
    UnifiedBeforeEntry whole;
    EXPECT_EQ(whole.run(), Outcome::idle);
    for (std::size_t after = 0; after < whole.store.writes(); ++after) {
        for (const bool done : {false, true}) {
            UnifiedBeforeEntry world;
            world.store.fail_write(after, done);
            EXPECT_THROW((void)world.run(), store::StoreError) << after;
            world.start();

            EXPECT_EQ(world.run(), Outcome::idle) << after;

            EXPECT_TRUE(world.has_unified()) << after;
            EXPECT_TRUE(world.store.unified_questions.empty()) << after;
        }
    }
}

TEST(Puller, TakesAnotherDocumentThanItAskedForAsNoneOfThem) {
    UnifiedBeforeEntry world;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (plain_body(request).find("unified:") == std::string::npos) return;
        world.network.answer_next(200, R"({"results":[{"docs":[{"ok":{"_id":")" + unified_id(2) +
                                           R"(","_rev":"1-aa"}}]}]})");
    });

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.pulled().size(), 1U);
    EXPECT_EQ(world.replicator->link().skipped, 0U);
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

/// A page that says `rows` documents have `leaves` leaves each, of which the server has none.
std::string page_of(unsigned rows, unsigned leaves) {
    std::string page = R"({"last_seq":"9","results":[)";
    for (unsigned row = 1; row <= rows; ++row) {
        page += (row > 1 ? R"(,{"id":")" : R"({"id":")") + unified_id(row) + R"(","changes":[)";
        for (unsigned leaf = 0; leaf < leaves; ++leaf) {
            page += (leaf > 0 ? R"(,{"rev":"1-)" : R"({"rev":"1-)") + std::to_string(leaf) + "\"}";
        }
        page += "]}";
    }
    return page + "]}";
}

TEST(Puller, TakesABoundedNumberOfLeavesOfOneDocument) {
    World world;
    world.model.fail_next({.status = 200, .body = page_of(1, 20'000), .path_part = "_changes"});

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.replicator->link().skipped, 20'000 - sync::kRowLeavesMax);
    EXPECT_EQ(world.network.captured_count("unified%3A"), sync::kRowLeavesMax);
    EXPECT_EQ(world.store.checkpoint("R1").pulled, "9");
}

TEST(Puller, TakesABoundedNumberOfLeavesOfOnePage) {
    World world;
    world.model.fail_next({.status = 200, .body = page_of(300, 100), .path_part = "_changes"});

    while (world.network.captured_count("_changes") == 0) (void)world.replicator->step();

    EXPECT_EQ(world.replicator->link().skipped, 30'000 - sync::kPageLeavesMax);
}

TEST(Puller, AsksSinglyAFewTimesInOneStep) {
    World world;
    world.model.fail_next({.status = 200, .body = page_of(1, 90), .path_part = "_changes"});

    Outcome outcome = Outcome::progress;
    for (int i = 0; i < World::kStepsMax && outcome == Outcome::progress; ++i) {
        world.network.forget_captured();
        outcome = world.replicator->step();
        EXPECT_LE(world.network.captured().size(), sync::kSingleGetsMax);
    }

    EXPECT_EQ(outcome, Outcome::idle);
}

TEST(Puller, StoresEachBatchAndMovesItsPlaceWithTheLast) {
    World world;
    const unsigned documents = sync::kFetchLeavesMax + 50;  // a page, and more than one batch
    for (unsigned i = 1; i <= documents; ++i) world.put(unified_id(i), R"({"type":"unified"})");

    std::size_t stored = 0;
    for (int i = 0; i < World::kStepsMax && stored < documents; ++i) {
        EXPECT_EQ(world.store.checkpoint("R1").pulled, "");
        (void)world.replicator->step();
        EXPECT_LE(world.store.pulled().size(), stored + sync::kFetchLeavesMax);
        stored = world.store.pulled().size();
    }

    EXPECT_EQ(stored, documents);
    EXPECT_NE(world.store.checkpoint("R1").pulled, "");
}

TEST(Puller, LosesNothingOfAPageWhenABatchCannotBeStored) {
    for (const bool done : {false, true}) {
        for (std::size_t place = 0; place < 3; ++place) {
            World world;
            const unsigned documents = 2 * sync::kFetchLeavesMax + 50;
            for (unsigned i = 1; i <= documents; ++i) world.put(unified_id(i), R"({"n":1})");
            while (world.network.captured_count("_local") == 0) (void)world.replicator->step();
            world.store.fail_write(world.store.writes() + place, done);

            EXPECT_THROW(world.run(), store::StoreError) << place;
            EXPECT_EQ(world.run_through(), Outcome::idle) << place;

            EXPECT_EQ(world.store.pulled().size(), documents) << place;
        }
    }
}

TEST(Puller, PassesOverADocumentThatIsTooLarge) {
    TwoDocuments world;
    world.put(unified_id(3), R"({"n":")" + std::string(sync::kDocumentBytesMax, 'x') + "\"}");

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.pulled().size(), 2U);
    EXPECT_EQ(world.replicator->link().skipped, 1U);
}

TEST(Puller, PassesOverADocumentThatCannotBeReadThoughThePeerProvesItself) {
    TwoDocuments world;
    world.network.on_request([&](const platform::HttpRequest& request) {
        const bool holds_it =
            request.url.find(kBulkGet) != std::string::npos ||
            request.url.find("%3A" + unified_id(1).substr(8)) != std::string::npos;
        if (holds_it) world.network.answer_next(200, R"({"n":2E20})");
    });

    for (unsigned i = 1; i < 2 * sync::kUnreadableTimesMax - 1; ++i) {
        EXPECT_EQ(world.run(), Outcome::captive_portal) << i;
        EXPECT_EQ(world.store.checkpoint("R1").pulled, "") << i;
        world.wait();
    }
    EXPECT_EQ(world.run(), Outcome::idle);

    ASSERT_EQ(world.store.pulled().size(), 1U);
    EXPECT_EQ(world.store.pulled().begin()->second.id, unified_id(2));
    EXPECT_EQ(world.replicator->link().skipped, 1U);
    EXPECT_NE(world.store.checkpoint("R1").pulled, "");
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
