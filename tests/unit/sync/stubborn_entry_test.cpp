// Entries that the peer does not take, or takes and does not keep, beside others that it does.
#include "platform/text/json.h"
#include "store/entry/codes.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_validation.h"
#include "tests/support/said.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace tizilim {
namespace {

using store::DeliveryState;
using sync::Outcome;

/// More entries than one batch; the server's rules fail at some of them.
struct BrokenRules : World {
    static constexpr unsigned kEntries = sync::kPushEntriesMax + 100;

    BrokenRules() {
        for (unsigned i = 1; i <= kEntries; ++i) store.add(i, "text " + std::to_string(i));
        put(unified_id(1), R"({"type":"unified"})");
        model.database("register")
            ->set_validation([this](const support::CouchCandidate& candidate)
                                 -> std::optional<support::CouchRefusal> {
                if (!broken.contains(candidate.id)) return {};
                return support::CouchRefusal{"unknown_error", "a fault in the rules"};
            });
    }

    std::set<std::string> broken{entry_id(2)};
};

TEST(StubbornEntry, StopsNeitherTheOthersNorThePull) {
    BrokenRules world;

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_EQ(world.store.state(2), DeliveryState::pending);
    EXPECT_EQ(world.store.count(DeliveryState::delivered), BrokenRules::kEntries - 1);
    EXPECT_EQ(world.store.pulled().size(), 1U);
    EXPECT_NE(support::said(world.replicator->link().reason).find("could not store 1 of"),
              std::string::npos);
    EXPECT_GT(world.replicator->link().next.at, world.clock.now());
}

TEST(StubbornEntry, MayFillWholeBatches) {
    BrokenRules world;
    for (unsigned i = 1; i <= sync::kPushEntriesMax; ++i) world.broken.insert(entry_id(i));

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 100U);
    EXPECT_EQ(world.store.pulled().size(), 1U);
}

TEST(StubbornEntry, IsTriedAgainLessAndLessOften) {
    BrokenRules world;
    world.run();
    const auto since = world.replicator->link().failing_since;
    std::chrono::nanoseconds longest{};
    for (unsigned i = 1; i <= 30; ++i) {
        world.store.add(BrokenRules::kEntries + i, "new " + std::to_string(i));
        world.wait();
        EXPECT_EQ(world.run(), Outcome::offline);
        longest = std::max<std::chrono::nanoseconds>(
            longest, world.replicator->link().next.at - world.clock.now());
    }

    EXPECT_GT(longest, std::chrono::minutes(2));
    EXPECT_EQ(world.replicator->link().failing_since, since);
    EXPECT_EQ(world.store.count(DeliveryState::pending), 1U);
}

TEST(StubbornEntry, IsDeliveredWhenTheServerCan) {
    BrokenRules world;
    world.run();
    world.broken.clear();

    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), BrokenRules::kEntries);
    EXPECT_FALSE(world.replicator->link().failing_since);
    EXPECT_FALSE(world.replicator->link().reason);
}

/// Seed 20137 of the simulation: its tombstones went out alone, and for ever.
TEST(StubbornEntry, IsPutAsideWithItsTombstones) {
    BrokenRules world;
    world.store.end_leaf(2, {1, "loser"});
    world.model.database("register")
        ->set_validation(
            [](const support::CouchCandidate& candidate) -> std::optional<support::CouchRefusal> {
                if (candidate.id != entry_id(2) || candidate.deleted) return {};
                return support::CouchRefusal{"unknown_error", "a fault in the rules"};
            });

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), BrokenRules::kEntries - 1);
    EXPECT_LE(world.network.captured_count("_bulk_docs"), 4U);
}

/// A PouchDB with rules answers that it took a child revision, and drops it.
struct ForgetfulPeer : World {
    ForgetfulPeer() : World(support::PeerKind::pouchdb) {
        put("_design/rules",
            platform::to_json(platform::JsonObject{
                {"validate_doc_update", "function () {}"},
                {std::string(support::kAllowedFieldsName), support::allowed_fields()}}));
        for (unsigned i = 1; i <= 3; ++i) store.add(i, "text " + std::to_string(i));
        run();
        store.amend(1, "another text");
        store.amend(3, "yet another text");
    }
};

TEST(StubbornEntry, StopsNothingElseWhenThePeerDoesNotKeepIt) {
    ForgetfulPeer world;
    ASSERT_EQ(world.store.state(2), DeliveryState::delivered);
    world.store.add(4, "new");
    world.put(unified_id(1), R"({"type":"unified"})");
    world.start();
    world.network.forget_captured();

    EXPECT_EQ(world.run(), Outcome::refused);

    EXPECT_EQ(world.store.state(1), DeliveryState::pending);
    EXPECT_EQ(world.store.state(3), DeliveryState::pending);
    EXPECT_EQ(world.store.state(4), DeliveryState::delivered);
    EXPECT_EQ(world.store.pulled().size(), 1U);
    EXPECT_NE(support::said(world.replicator->link().reason).find("does not keep 2 of"),
              std::string::npos);
    EXPECT_EQ(world.network.captured_count("_bulk_docs"), sync::kLostTimesMax);
}

/// Seed 53000191 of the simulation, 300 steps.
TEST(StubbornEntry, IsNotAskedForWithoutEndWhereNothingOfItGoesOut) {
    World world;
    world.store.add(1);
    world.store.items[0].asked_for = store::Revision{1, "dead"};
    constexpr std::size_t kQuestionsOfAStep = 2;

    EXPECT_EQ(world.run(), Outcome::refused);

    EXPECT_LE(world.network.captured_count("_revs_diff"),
              kQuestionsOfAStep * (sync::kLostTimesMax + 1));
    EXPECT_NE(support::said(world.replicator->link().reason).find("does not keep"),
              std::string::npos);
}

TEST(StubbornEntry, IsSentOnceARoundToAPeerThatDoesNotKeepIt) {
    ForgetfulPeer world;
    world.replicator->pending_added();
    world.run();
    for (unsigned i = 5; i < 10; ++i) {
        world.network.forget_captured();
        world.store.add(i, "new " + std::to_string(i));
        world.put(unified_id(i), R"({"type":"unified"})");

        world.wait();
        EXPECT_EQ(world.run(), Outcome::refused);

        EXPECT_EQ(world.network.captured_count("_bulk_docs"), 1U);
        EXPECT_EQ(world.store.state(i), DeliveryState::delivered);
        EXPECT_EQ(world.store.pulled().size(), i - 4);
    }
}

}  // namespace
}  // namespace tizilim
