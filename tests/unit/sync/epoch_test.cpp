#include "platform/http_transport.h"
#include "store/codes.h"
#include "store/store_error.h"
#include "sync/replicator.h"
#include "sync/tuning.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using sync::Outcome;
using Names = std::vector<std::string>;

TEST(Epoch, NoticesAPeerRestoredFromABackup) {
    World world;
    world.store.add(1, "a");
    world.run();
    const auto backup = world.model.snapshot();
    world.store.add(2, "b");
    world.replicator->pending_added();
    world.run();
    world.put(unified_id(1), R"({"type":"unified"})");

    world.model.restore(backup);
    world.put(unified_id(2), R"({"type":"unified"})");
    world.start();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.distrusted, (Names{"R1"}));
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 2U);
    EXPECT_EQ(world.model.database("register")->count("entry:"), 2U);
    EXPECT_TRUE(world.store.pulled().begin()->first.starts_with(unified_id(2)));
}

TEST(Epoch, NoticesABackupWhileTheSessionIsFresh) {
    World world;
    const auto backup = world.model.snapshot();
    world.store.add(1, "a");
    world.run();
    world.model.restore(backup);
    world.store.add(2, "b");

    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.distrusted.size(), 1U);
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 2U);
    EXPECT_EQ(world.model.database("register")->count("entry:"), 2U);
}

TEST(Epoch, NoticesABackupAfterEnoughPolls) {
    World world;
    const auto backup = world.model.snapshot();
    world.store.add(1, "a");
    world.run();
    world.model.restore(backup);

    for (unsigned i = 0; i < sync::kPollsPerSession; ++i) {
        world.wait();
        world.run();
    }

    EXPECT_EQ(world.store.distrusted.size(), 1U);
    EXPECT_EQ(world.model.database("register")->count("entry:"), 1U);
}

TEST(Epoch, NoticesABackupOfAnotherPast) {
    World world;
    world.store.add(1, "a");
    world.run();
    const auto ours = world.store.checkpoint("R1");
    auto other = ours;
    other.nonce = "another nonce";
    world.store.set_checkpoint("R1", other);

    world.start();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.distrusted.size(), 1U);
    EXPECT_GT(world.store.checkpoint("R1").epoch, ours.epoch);
}

TEST(Epoch, NoticesABackupTakenAfterAPull) {
    World world;
    world.run();
    const auto backup = world.model.snapshot();
    world.put(unified_id(1), R"({"type":"unified"})");
    world.wait();
    world.run();

    world.model.restore(backup);
    world.start();
    world.run();

    EXPECT_EQ(world.store.distrusted.size(), 1U);
}

TEST(Epoch, BeginsAnEpochForAPullThatACrashLeftWithoutOne) {
    World world;
    world.run();
    const auto epoch = world.store.checkpoint("R1").epoch;
    world.put(unified_id(1), R"({"type":"unified"})");
    world.wait();
    world.store.fail_write(world.store.writes(), true);
    EXPECT_THROW(world.run(), store::StoreError);
    ASSERT_EQ(world.store.pulled().size(), 1U);

    world.start();
    world.run();

    EXPECT_EQ(world.store.checkpoint("R1").epoch, epoch + 1);
}

TEST(Epoch, AuditsAnotherServerOnceAndRemembersIt) {
    World world;
    world.store.add(1, "a");
    world.run();

    world.model.change_uuid();
    world.start();
    world.run();
    world.start();
    world.run();

    EXPECT_EQ(world.store.distrusted.size(), 1U);
    EXPECT_EQ(world.store.checkpoint("R1").peer_instance, world.model.uuid());
    EXPECT_EQ(world.store.items[0].receipts, 2U);
    EXPECT_EQ(world.network.captured_count("_bulk_docs"), 1U);
}

TEST(Epoch, TakesOverAnEpochThatItCouldNotNote) {
    World world;
    world.store.add(1, "a");
    world.store.fail_write(2, false);
    EXPECT_THROW(world.run(), store::StoreError);
    EXPECT_EQ(world.store.checkpoint("R1").epoch, 0U);

    world.start();
    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_TRUE(world.store.distrusted.empty());
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    EXPECT_GE(world.store.checkpoint("R1").epoch, 2U);
}

TEST(Epoch, ReadsTheEpochAgainAfterAConflict) {
    World world(support::PeerKind::pouchdb);
    world.store.add(1, "a");
    std::size_t puts = 0;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.method == platform::Method::put && puts++ == 0) {
            world.network.answer_next(409, R"({"error":"conflict"})");
        }
    });

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

TEST(Epoch, GivesUpForNowWhenAnEpochAlwaysConflicts) {
    World world;
    world.store.add(1, "a");
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.method == platform::Method::put) {
            world.network.answer_next(409, R"({"error":"conflict"})");
        }
    });

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_EQ(world.network.captured_count("PUT "), sync::kEpochAttemptsMax);
    EXPECT_EQ(world.store.state(1), DeliveryState::sent);
}

}  // namespace
}  // namespace tizilim
