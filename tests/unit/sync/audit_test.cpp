// What is looked after once all is delivered: the audit, and what was withdrawn.
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/entry/codes.h"
#include "store/replication/replication.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using std::chrono::hours;
using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;

struct OldWorld : World {
    explicit OldWorld(PeerKind kind, unsigned entries) : World(kind) {
        for (unsigned i = 1; i <= entries; ++i) store.add(i, "text " + std::to_string(i));
        run();
        network.forget_captured();
    }

    void pass(hours time) {
        const auto began = clock.now();
        while (clock.now() - began < time) {
            wait();
            run();
        }
    }

    void lose(unsigned number) { model.database("register")->lose(entry_id(number)); }

    /// The entry's leaf alone.
    void put_back(unsigned number) {
        const auto& entry = store.item(number).entry;
        const std::string body = R"({"new_edits":false,"docs":[{"_id":")" + entry_id(number) +
                                 R"(","_rev":")" + entry.revision().to_string() + R"("}]})";
        const auto answer = model.handle({.method = platform::Method::post,
                                          .url = "http://peer/register/_bulk_docs",
                                          .headers = {{"Content-Type", "application/json"}},
                                          .body = body});
        CHECK(answer.status == 201);
    }

    [[nodiscard]] std::size_t leaves(unsigned number) {
        return model.database("register")->leaves(entry_id(number)).size();
    }
};

TEST(Audit, AsksForEverythingWithinAMonthInAFewRequestsADay) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        OldWorld world(kind, 3'000);

        world.pass(hours(24 * 31 - 6));

        EXPECT_LE(world.network.captured_count("_revs_diff"), 31U);
        EXPECT_GE(world.network.captured_count("_revs_diff"), 25U);
        EXPECT_EQ(world.store.checkpoint("R1").audited, store::OutboxPosition{});
        EXPECT_GT(world.store.checkpoint("R1").audit_began, world.clock.wall_now());
    }
}

TEST(Audit, SendsAgainWhatThePeerLost) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        OldWorld world(kind, 200);
        world.lose(7);
        world.lose(150);

        world.pass(hours(24 * 32));

        EXPECT_EQ(world.store.count(DeliveryState::delivered), 200U);
        EXPECT_EQ(world.model.database("register")->count("entry:"), 200U);
        EXPECT_EQ(world.store.item(7).receipts, 2U);
        EXPECT_EQ(world.store.item(8).receipts, 1U);
        EXPECT_TRUE(world.store.distrusted.empty());
    }
}

/// Seed 1053 of the simulation: the leaf alone was asked for, was there, and that for ever.
TEST(Audit, SendsAMergedEntryAgainThatLostATombstoneOnly) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        OldWorld world(kind, 5);
        world.store.amend(3, "merged");
        world.store.end_leaf(3, {1, "loser"});
        world.replicator->pending_added();
        world.run();
        ASSERT_EQ(world.store.state(3), DeliveryState::delivered);
        ASSERT_EQ(world.leaves(3), 2U);

        world.lose(3);
        world.put_back(3);
        ASSERT_EQ(world.leaves(3), 1U);
        world.pass(hours(24 * 32));

        EXPECT_EQ(world.store.state(3), DeliveryState::delivered);
        EXPECT_EQ(world.leaves(3), 2U);
    }
}

TEST(Audit, GoesOnWhereItWasAfterARestart) {
    OldWorld world(PeerKind::couchdb, 3'000);
    world.pass(hours(24 * 3));
    const auto audited = world.store.checkpoint("R1").audited;
    EXPECT_GT(audited, store::OutboxPosition{});

    world.start();
    world.run();

    EXPECT_GT(world.store.checkpoint("R1").audited, audited);
}

TEST(Audit, CatchesUpAfterAMonthOff) {
    OldWorld world(PeerKind::couchdb, 3'000);
    world.pass(hours(24 * 3));
    world.clock.advance(hours(24 * 30));
    world.start();
    world.lose(2'999);

    world.pass(hours(24));

    EXPECT_EQ(world.model.database("register")->count("entry:"), 3'000U);
}

TEST(Audit, BeginsAnewWhenTheClockWasYearsAhead) {
    OldWorld world(PeerKind::couchdb, 10);
    auto reached = world.store.checkpoint("R1");
    reached.audit_began = world.clock.wall_now() + hours(24 * 365 * 10);
    world.store.set_checkpoint("R1", reached);
    world.start();
    world.lose(3);

    world.pass(hours(48));

    EXPECT_EQ(world.model.database("register")->count("entry:"), 10U);
}

TEST(Audit, BelievesNobodyWhoAnswersWithoutLooking) {
    OldWorld world(PeerKind::couchdb, 10);
    world.lose(3);
    world.model.fail_next({.status = 200, .body = "{}", .path_part = "_revs_diff"});

    world.pass(hours(48));

    EXPECT_EQ(world.model.faults_left(), 0U);
    EXPECT_EQ(world.model.database("register")->count("entry:"), 10U);
}

TEST(Withdrawal, IsForgottenOnceTheOldRevisionsAreGone) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        OldWorld world(kind, 5);
        world.store.withdraw(2);
        world.store.withdraw(4);
        world.replicator->pending_added();

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.store.state(2), DeliveryState::delivered);
        EXPECT_EQ(world.store.readable.size(), 2U);
        EXPECT_EQ(world.network.captured_count("rev=1-"), 2U);  // asked for, and still there
        world.model.database("register")->compact();
        world.pass(hours(25));
        EXPECT_TRUE(world.store.readable.empty());
        world.network.forget_captured();
        world.pass(hours(25));
        EXPECT_EQ(world.network.captured_count("rev=1-"), 0U);
    }
}

TEST(Withdrawal, IsLookedForWhenAPersonAsks) {
    OldWorld world(PeerKind::couchdb, 5);
    world.store.withdraw(2);
    world.replicator->pending_added();
    (void)world.run();
    ASSERT_EQ(world.store.readable.size(), 1U);
    world.model.database("register")->compact();

    world.replicator->retry_now();
    (void)world.run();

    EXPECT_TRUE(world.store.readable.empty());
}

/// Nothing of the entry is in it.
TEST(Withdrawal, IsForgottenThoughTombstonesAreShown) {
    OldWorld world(PeerKind::couchdb, 5);
    world.store.withdraw(2);
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url.find("rev=1-") == std::string::npos) return;
        const std::string revision = world.store.readable.front().revision.to_string();
        world.network.answer_next(200, R"({"_id":")" + entry_id(2) + R"(","_rev":")" + revision +
                                           R"(","_deleted":true})");
    });
    world.replicator->pending_added();

    (void)world.run();

    EXPECT_TRUE(world.store.readable.empty());
}

TEST(Withdrawal, IsNotForgottenBecauseTheDatabaseIsGone) {
    OldWorld world(PeerKind::couchdb, 5);
    world.store.withdraw(2);
    bool gone = false;
    world.network.on_request([&](const platform::HttpRequest& request) {
        gone = gone || request.url.find("rev=1-") != std::string::npos;
        if (gone) world.network.answer_next(404, R"({"error":"not_found"})");
    });
    world.replicator->pending_added();

    EXPECT_EQ(world.run(), Outcome::refused);

    EXPECT_EQ(world.store.readable.size(), 1U);
}

TEST(Withdrawal, GoesOutBeforeAllElse) {
    OldWorld world(PeerKind::couchdb, 5);
    for (unsigned i = 1; i <= 4; ++i) world.store.amend(i, "other " + std::to_string(i));
    world.store.withdraw(5);

    const auto changes = world.store.changes_after({}, {.entries_max = 1, .bytes_max = 1'000});

    EXPECT_EQ(changes.entries.front().document_id(), entry_id(5));
}

}  // namespace
}  // namespace tizilim
