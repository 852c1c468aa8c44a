// When the server is looked at again, and what is asked of its feed.
#include "platform/network/http_transport.h"
#include "store/entry/codes.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;

std::chrono::nanoseconds next_wait(const World& world) {
    return world.replicator->link().next.at - world.clock.now();
}

TEST(Poll, IsSoonAfterADeliveryAndThenLessAndLessOften) {
    World world;
    world.store.add(1);
    world.run();

    std::vector<std::chrono::nanoseconds> waits;
    for (int i = 0; i < 8; ++i) {
        waits.push_back(next_wait(world));
        world.wait();
        world.run();
    }

    EXPECT_LE(waits.front(), seconds(66));
    EXPECT_GE(waits.front(), seconds(60));
    EXPECT_LE(waits[1], seconds(132));
    EXPECT_GE(waits[1], seconds(120));
    EXPECT_GE(waits.back(), minutes(30));
    EXPECT_LE(waits.back(), minutes(33));
}

TEST(Poll, IsSoonAfterThePeerSaidSomething) {
    World world;
    world.run();
    world.put(unified_id(1), R"({"type":"unified"})");
    world.wait();

    world.run();

    EXPECT_LE(next_wait(world), seconds(66));
}

TEST(Poll, IsNotSoonAfterOurOwnEchoOrAnAudit) {
    World world;
    for (unsigned i = 1; i <= 100; ++i) world.store.add(i, "text " + std::to_string(i));
    for (int i = 0; i < 200; ++i) {
        world.run();
        world.wait();
    }

    for (int i = 0; i < 200; ++i) {
        world.run();
        EXPECT_GE(next_wait(world), minutes(30));
        world.wait();
    }
}

TEST(Poll, IsRareAndNeverSoonWhereEveryByteCosts) {
    World world;
    world.store.add(1);
    world.replicator = std::make_unique<sync::Replicator>(
        sync::ReplicatorSettings{
            .database_url = "http://peer/register", .authorization = {}, .metered = true},
        world.network, world.store, world.clock, world.random);

    world.run();

    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    EXPECT_GE(next_wait(world), minutes(120));
    EXPECT_GE(world.replicator->link().poll_interval, next_wait(world));
}

TEST(Poll, AsksACouchDbForNoEchoAndAPouchDbForTheWholeFeed) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        World world(kind);
        for (unsigned i = 1; i <= 100; ++i) world.store.add(i, "text " + std::to_string(i));
        bool added = false;
        // Another PC sends an entry, and another revision of one of ours.
        world.network.on_request([&](const platform::HttpRequest& request) {
            if (added || request.url.find("_changes") == std::string::npos) return;
            added = true;
            const auto answer = world.model.handle(
                {.method = platform::Method::post,
                 .url = "http://peer/register/_bulk_docs",
                 .headers = {{"Content-Type", "application/json"}},
                 .body = R"({"new_edits":false,"docs":[{"_id":")" + entry_id(500) +
                         R"(","_rev":"1-a","type":"entry"},{"_id":")" + entry_id(7) +
                         R"(","_rev":"1-b","type":"entry"}]})"});
            ASSERT_EQ(answer.status, 201);
        });

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.network.captured_count("_selector"), kind == PeerKind::couchdb ? 1U : 0U);
        EXPECT_EQ(world.store.pulled().size(), 2U);
        world.network.forget_captured();
        world.wait();
        world.run();
        EXPECT_EQ(world.network.captured_count("_selector"), 0U);
    }
}

TEST(Poll, MovesBehindAnEchoThatWasLeftOut) {
    World world;
    world.run();
    for (unsigned i = 1; i <= 100; ++i) world.store.add(i, "text " + std::to_string(i));
    world.replicator->pending_added();
    world.run();
    ASSERT_EQ(world.store.count(DeliveryState::delivered), 100U);
    world.wait();
    world.run();
    EXPECT_EQ(world.network.captured_count("_selector"), 1U);
    const auto before = world.network.counters().bytes_down;

    world.wait();
    world.run();

    EXPECT_LE(world.network.counters().bytes_down - before, 1'000U);
}

TEST(Poll, GoesOnBehindARowThatIsNone) {
    for (const char* row : {"null", "7", "[]", "{}", R"({"id":7,"changes":[]})", R"({"id":"x"})",
                            R"({"id":"x","changes":{}})", R"({"id":"x","changes":[{"rev":7}]})",
                            R"({"id":"x","changes":[null]})"}) {
        World world;
        world.put(unified_id(1), R"({"type":"unified"})");
        const auto revision =
            world.model.database("register")->leaves(unified_id(1)).front().to_string();
        world.model.fail_next({.status = 200,
                               .body = R"({"last_seq":"2","results":[)" + std::string(row) +
                                       R"(,{"id":")" + unified_id(1) + R"(","changes":[{"rev":")" +
                                       revision + R"("}]}]})",
                               .path_part = "_changes"});

        EXPECT_EQ(world.run(), Outcome::idle) << row;

        EXPECT_EQ(world.store.pulled().size(), 1U) << row;
        EXPECT_EQ(world.replicator->link().skipped, 1U) << row;
    }
}

TEST(Network, ThatCameBackIsTriedAtOnceButNotAllTheTime) {
    World world;
    world.network.set_down(platform::NetworkError::Kind::unresolved);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(world.run(), Outcome::offline);
        world.wait();
    }
    EXPECT_EQ(world.run(), Outcome::offline);

    world.replicator->network_came();
    EXPECT_LE(next_wait(world), sync::kNetworkCamePause);
    world.wait();
    EXPECT_EQ(world.run(), Outcome::offline);
    const auto requests = world.network.counters().requests;
    for (int i = 0; i < 100; ++i) {
        world.replicator->network_came();
        (void)world.run();
        world.clock.advance(std::chrono::milliseconds(20));
    }

    EXPECT_LE(world.network.counters().requests, requests + 1);
}

TEST(Network, ThatCameBackChangesNothingForWhoWaitsAsTold) {
    World world;
    world.store.add(1);
    world.model.fail_next({.status = 503,
                           .body = R"({"error":"busy"})",
                           .headers = {{"retry-after", "120"}},
                           .path_part = "_bulk_docs"});
    EXPECT_EQ(world.run(), Outcome::offline);
    const auto at = world.replicator->link().next.at;

    world.replicator->network_came();

    EXPECT_EQ(world.replicator->link().next.at, at);
}

TEST(Progress, IsWhatWasTakenShownOrStored) {
    World world;
    world.store.add(1);
    world.run();
    const auto delivered = world.replicator->link().progressed_at;
    ASSERT_TRUE(delivered);
    for (int i = 0; i < 300; ++i) {
        world.wait();
        world.run();
    }
    EXPECT_EQ(world.replicator->link().progressed_at, delivered);  // polls, greetings, an audit

    world.put(unified_id(1), R"({"type":"unified"})");
    world.wait();
    world.run();
    EXPECT_GT(world.replicator->link().progressed_at, delivered);
}

TEST(Progress, IsNotMadeWithAPeerThatKeepsLosing) {
    World world;
    world.store.add(1);
    std::optional<platform::Instant> first;
    for (int i = 0; i < 20; ++i) {
        for (int k = 0; k < 4; ++k) {
            world.model.fail_next({.status = 201, .body = "[]", .path_part = "_bulk_docs"});
        }
        world.run();
        if (!first) first = world.replicator->link().progressed_at;
        world.wait();
    }

    EXPECT_EQ(world.replicator->link().progressed_at, first);
    EXPECT_EQ(world.store.state(1), DeliveryState::pending);
}

}  // namespace
}  // namespace tizilim
