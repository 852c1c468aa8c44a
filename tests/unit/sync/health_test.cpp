// How a PC tells the centre that it is well.
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/entry/codes.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "sync/couch/tuning.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using support::PeerKind;

store::PcHealth well() {
    return {.version = "1.0.0",
            .state = "well",
            .waiting = seconds(0),
            .backup_age = seconds(60),
            .balance_error = 0};
}

std::size_t told(const World& world) {
    return world.network.captured_count("PUT http://peer/register/health%3A");
}

void live(World& world, hours time) {
    const auto end = world.clock.now() + time;
    while (world.clock.now() < end) {
        world.wait();
        world.run();
    }
}

std::optional<platform::JsonValue> health_there(World& world) {
    return world.model.database("register")->body("health:installation-1");
}

TEST(Health, IsToldAnHourAfterTheStartAndThenOnceADay) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        World world(kind);
        world.store.pc_health = well();
        world.run();
        EXPECT_EQ(told(world), 0U);

        live(world, hours(2));
        EXPECT_EQ(told(world), 1U);
        live(world, hours(20));
        EXPECT_EQ(told(world), 1U);
        live(world, hours(50));

        EXPECT_EQ(told(world), 3U);
        const auto body = health_there(world);
        ASSERT_TRUE(body);
        EXPECT_EQ(*body->find("state")->string(), "well");
        EXPECT_EQ(*body->find("backupSeconds")->integer(), 60);
        EXPECT_EQ(world.model.database("register")->leaves("health:installation-1").size(), 1U);
    }
}

TEST(Health, IsToldSoonerWhereSomethingChangedButNotEachTime) {
    World world;
    world.store.pc_health = well();
    live(world, hours(2));
    world.store.pc_health->waiting = seconds(10);
    live(world, hours(3));
    EXPECT_EQ(told(world), 1U) << "an age is no change";

    world.store.pc_health->state = "stuck";
    live(world, hours(2));

    EXPECT_EQ(told(world), 2U);
    EXPECT_EQ(*health_there(world)->find("state")->string(), "stuck");
}

TEST(Health, CostsAnIdleDayLittle) {
    World quiet;
    World telling;
    telling.store.pc_health = well();
    for (World* world : {&quiet, &telling}) {
        live(*world, hours(3));
        world->network.forget_captured();
        live(*world, hours(24));
    }

    EXPECT_LE(telling.network.captured().size(), quiet.network.captured().size() + 5);
    EXPECT_LE(telling.network.captured_bytes().size(),
              quiet.network.captured_bytes().size() + 4'000);
}

TEST(Health, IsWrittenOverTheOneOfAnEarlierRun) {
    World world;
    world.store.pc_health = well();
    live(world, hours(2));
    world.store.pc_health->state = "quarantined";
    world.start();

    live(world, hours(2));

    EXPECT_EQ(*health_there(world)->find("state")->string(), "quarantined");
    EXPECT_EQ(world.model.database("register")->leaves("health:installation-1").size(), 1U);
}

TEST(Health, StopsNothingWhereThePeerRefusesIt) {
    World world;
    world.store.pc_health = well();
    world.run();
    world.model.database("register")
        ->set_validation(
            [](const support::CouchCandidate& candidate) -> std::optional<support::CouchRefusal> {
                if (!candidate.id.starts_with("health:")) return {};
                return support::CouchRefusal{"forbidden", "no such document"};
            });

    live(world, hours(3));
    world.store.add(1);
    world.replicator->pending_added();
    world.run();

    EXPECT_EQ(told(world), 1U);
    EXPECT_EQ(world.store.state(1), store::DeliveryState::delivered);
    EXPECT_FALSE(world.replicator->link().failing_since);
}

TEST(Health, IsNotPulled) {
    World world;
    world.put("health:another", R"({"type":"health","state":"well"})");

    world.run();

    EXPECT_TRUE(world.store.pulled().empty());
}

TEST(Health, GoesOverFramesAsItIs) {
    FakeRegister there;
    store::RemoteReplication here(
        [&](const store::Call& call) { return *store::reply_to(call, there); });
    EXPECT_EQ(here.health(), std::nullopt);

    there.pc_health = well();
    EXPECT_EQ(here.health(), well());
    there.pc_health->backup_age.reset();
    EXPECT_EQ(here.health(), there.pc_health);
}

}  // namespace
}  // namespace tizilim
