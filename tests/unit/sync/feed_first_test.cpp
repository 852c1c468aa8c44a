// When the feed was read to its end, and what waits for that.
#include "platform/network/http_transport.h"
#include "store/entry/codes.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using sync::Outcome;
using Names = std::vector<std::string>;

/// How many requests were made before the first of that name; all of them, if there is none.
std::size_t requests_before(const Names& asked, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(asked, name) - asked.begin());
}

/// How many requests were made before the last of that name and with it.
std::size_t requests_until_last(const Names& asked, const std::string& name) {
    const auto last = std::find(asked.rbegin(), asked.rend(), name);
    return static_cast<std::size_t>(asked.rend() - last);
}

TEST(FeedEnd, IsToldOnceAPoll) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        World world(kind);
        world.put_unified(1, 2 * sync::kPullRowsMax);

        EXPECT_EQ(world.run(), Outcome::idle);
        EXPECT_EQ(world.store.feed_ends, 1U);

        world.wait();
        EXPECT_EQ(world.run(), Outcome::idle);
        EXPECT_EQ(world.store.feed_ends, 2U);
    }
}

TEST(FeedEnd, IsNotToldOfAPageThatIsFull) {
    World world;
    world.put_unified(1, 2 * sync::kPullRowsMax);

    ASSERT_TRUE(world.step_until([&] { return !world.store.checkpoint("R1").pulled.empty(); }));

    EXPECT_EQ(world.store.feed_ends, 0U);
}

TEST(FeedEnd, IsNotToldOfAFeedThatIsLongerThanAPoll) {
    World world;
    unsigned pages = 0;
    std::string rows = "0";  // each is passed over
    for (std::size_t i = 1; i < sync::kPullRowsMax; ++i) rows += ",0";
    world.network.record(false);
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url.find("_changes") == std::string::npos) return;
        const std::string place = std::to_string(++pages);
        world.network.answer_next(200, R"({"last_seq":)" + place + R"(,"results":[)" + rows + "]}");
    });

    while (world.run() == Outcome::progress) {
    }

    EXPECT_EQ(pages, sync::kPullPagesMax);
    EXPECT_EQ(world.store.feed_ends, 0U);
}

TEST(FeedEnd, IsNotToldBeforeAllOfThePageIsStored) {
    World world;
    world.put_unified(1, 3);
    world.model.fail_next({.status = 503, .body = R"({"error":"busy"})", .path_part = "_bulk_get"});

    EXPECT_EQ(world.run(), Outcome::offline);
    EXPECT_EQ(world.store.feed_ends, 0U);

    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.feed_ends, 1U);
}

/// What superseded it was not in the page that was read.
TEST(FeedEnd, IsLookedForOnceMoreWhenALeafIsGone) {
    World world;
    world.put_unified(1, 2);
    world.network.on_request([&](const platform::HttpRequest& request) {
        const bool is_first = world.network.captured_count("_bulk_get") == 0;
        if (!is_first || request.url.find("_bulk_get") == std::string::npos) return;
        const auto leaf = world.model.database("register")->leaves(unified_id(1)).front();
        world.put(unified_id(1), R"({"_rev":")" + leaf.to_string() + R"(","n":2})");
        world.model.database("register")->compact();
    });

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.network.captured_count("_changes"), 2U);
    EXPECT_EQ(world.store.feed_ends, 1U);
    EXPECT_EQ(world.store.pulled().size(), 2U);
    EXPECT_TRUE(world.store.pulled().begin()->first.starts_with(unified_id(1) + " 2-"));
}

TEST(FeedFirst, SendsNothingBeforeTheFeedWasReadToItsEnd) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        World world(kind);
        world.put_unified(1, 2 * sync::kPullRowsMax);
        world.store.add(1);
        world.store.reads_first = true;

        EXPECT_EQ(world.run(), Outcome::idle);

        const Names asked = world.asked();
        EXPECT_EQ(asked[2], "GET _local");
        EXPECT_EQ(world.network.captured_count("_bulk_docs"), 1U);
        EXPECT_LT(requests_until_last(asked, "GET _changes"),
                  requests_before(asked, "POST _bulk_docs"));
        EXPECT_EQ(world.store.pulled().size(), 2 * sync::kPullRowsMax);
        EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    }
}

TEST(FeedFirst, SendsNothingWhileTheFeedCannotBeRead) {
    World world;
    world.put_unified(1, 3);
    world.store.add(1);
    world.store.reads_first = true;
    for (int i = 0; i < 5; ++i) {
        world.model.fail_next(
            {.status = 503, .body = R"({"error":"busy"})", .path_part = "_bulk_get"});
    }

    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(world.run(), Outcome::offline);
        EXPECT_EQ(world.network.captured_count("_bulk_docs"), 0U);
        world.wait();
    }

    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

/// Its owner says that a copy goes on as a book of its own, while all is quiet.
TEST(FeedFirst, ReadsTheFeedAtOnceWhenThatIsAskedForBetweenTwoPolls) {
    World world;
    world.run();
    world.network.forget_captured();
    world.store.reads_first = true;
    world.store.add(1);

    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::idle);

    const Names asked = world.asked();
    EXPECT_EQ(asked.front(), "GET _changes");
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

/// Seed 4100024 of the simulation: a restored copy had pulled, and noted nothing yet.
TEST(FeedFirst, LeavesANoteBeforeItPullsSoThatARestoredPeerIsNoticed) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        World world(kind);
        const auto backup = world.model.snapshot();
        world.put_unified(1, 3);
        world.store.reads_first = true;
        world.model.fail_next(
            {.status = 503, .body = R"({"error":"busy"})", .path_part = "_bulk_get"});
        EXPECT_EQ(world.run(), Outcome::offline);
        EXPECT_EQ(world.store.checkpoint("R1").epoch, 1U);

        world.model.restore(backup);
        EXPECT_EQ(world.run_through(), Outcome::idle);

        EXPECT_EQ(world.store.distrusted, Names{"R1"});
    }
}

TEST(FeedFirst, NoticesItsOwnRollbackBeforeItSendsAnything) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        World world(kind);
        world.store.add(1, "a");
        world.run();
        const FakeRegister copy = world.store;
        for (unsigned i = 0; i < 3; ++i) {
            world.store.add(2 + i, "b");
            world.replicator->pending_added();
            world.run();
        }
        world.put_unified(1, 1);
        world.store = copy;
        world.store.add(9, "may be withdrawn by now");
        world.network.forget_captured();

        world.start();
        EXPECT_EQ(world.run(), Outcome::idle);

        const Names asked = world.asked();
        EXPECT_EQ(asked[2], "GET _local");
        EXPECT_LT(requests_until_last(asked, "POST _bulk_get"),
                  requests_before(asked, "POST _bulk_docs"));
        EXPECT_EQ(world.store.own_rollbacks, Names{"R1"});
        EXPECT_EQ(world.store.pulled().size(), 4U);
        EXPECT_EQ(world.store.state(9), DeliveryState::delivered);
    }
}

TEST(FeedFirst, ComparesBeforeTheFirstDeliveryOfEachSession) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        World world(kind);
        world.store.add(1, "a");
        world.run();
        world.store.add(2, "b");
        world.network.forget_captured();

        world.start();
        EXPECT_EQ(world.run(), Outcome::idle);

        const Names asked = world.asked();
        ASSERT_GE(asked.size(), 4U);
        EXPECT_EQ(asked[2], "GET _local");
        EXPECT_EQ(asked[3], "POST _bulk_docs");
    }
}

}  // namespace
}  // namespace tizilim
