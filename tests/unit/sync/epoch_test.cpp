#include "platform/network/http_transport.h"
#include "store/entry/codes.h"
#include "store/store_error.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/said.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using sync::Outcome;
using Names = std::vector<std::string>;

constexpr const char* kNoteUrl = "http://peer/register/_local/installation-1";

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

/// Seed 60828 of the simulation: two pasts of one PouchDB have a note of the same revision.
TEST(Epoch, IsNotTakenInByANoteOfAnotherPast) {
    World world(support::PeerKind::pouchdb);
    const auto add = [&](unsigned number) {
        world.store.add(number, "text");
        world.replicator->pending_added();
        world.run_through();
        return world.model.database("register")->locals().begin()->second.revision;
    };
    add(1);
    const auto base = world.model.snapshot();
    std::map<std::uint64_t, support::CouchSnapshot> past;
    for (unsigned number = 2; number < 8; ++number) {
        const std::uint64_t written = add(number);
        past.emplace(written, world.model.snapshot());
    }
    world.model.restore(base);
    const std::uint64_t written = add(8);
    ASSERT_TRUE(past.contains(written));

    world.model.restore(past.at(written));
    add(9);

    EXPECT_EQ(world.store.distrusted.size(), 2U);
    EXPECT_EQ(world.model.database("register")->count("entry:"), 9U);
}

/// Seed 61386 of the simulation: the feed had been read beyond what the note said.
TEST(Epoch, ReadsAgainWhatItReadBeyondTheNote) {
    World world(support::PeerKind::pouchdb);
    world.store.add(1, "a");
    world.run();
    const auto backup = world.model.snapshot();
    auto reached = world.store.checkpoint("R1");
    reached.pulled = "100";
    world.store.set_checkpoint("R1", reached);
    world.model.restore(backup);
    world.put(unified_id(1), R"({"type":"unified"})");

    world.start();
    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_TRUE(world.store.distrusted.empty());
    EXPECT_EQ(world.store.pulled().size(), 1U);
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

TEST(Epoch, ForgetsAPageOfALostPast) {
    World world;
    world.store.add(1, "a");
    world.run();
    const auto backup = world.model.snapshot();
    world.store.add(2, "b");
    world.replicator->pending_added();
    world.run();
    for (unsigned i = 1; i <= 2 * sync::kFetchLeavesMax; ++i) {
        world.put(unified_id(i), R"({"type":"unified"})");
    }
    world.wait();
    while (world.store.pulled().empty()) (void)world.replicator->step();

    world.model.restore(backup);
    world.put(unified_id(1001), R"({"type":"unified"})");
    world.store.add(3, "c");
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.distrusted.size(), 1U);
    EXPECT_TRUE(world.store.pulled().rbegin()->first.starts_with(unified_id(1001)));
}

/// Seed 6327 of the simulation: a page of the feed is half read when the peer comes from a backup
/// that has our last note. A computer that slept sees only its calendar move.
TEST(Epoch, ReadsAgainWhatItReadBeforeASilence) {
    for (const bool slept : {false, true}) {
        World world(support::PeerKind::pouchdb);
        world.store.add(1, "a");
        world.run_through();
        const auto backup = world.model.snapshot();
        world.put_unified(1, 2 * sync::kFetchLeavesMax);
        world.wait();
        ASSERT_TRUE(world.step_until([&] { return !world.store.pulled().empty(); }));
        world.model.restore(backup);
        world.put_unified(1001, 1);

        const auto silence = sync::kSilenceMax + std::chrono::seconds(1);
        if (slept) {
            world.clock.set_wall(world.clock.wall_now() + silence);
        } else {
            world.clock.advance(silence);
        }
        EXPECT_EQ(world.run_through(), Outcome::idle);

        EXPECT_TRUE(world.store.distrusted.empty());
        EXPECT_TRUE(world.store.pulled().rbegin()->first.starts_with(unified_id(1001)));
    }
}

TEST(Epoch, ReadsAgainWhatItReadBeforeACut) {
    World world(support::PeerKind::pouchdb);
    world.store.add(1, "a");
    world.run_through();
    const auto backup = world.model.snapshot();
    const std::string noted = world.store.checkpoint("R1").pulled;
    world.put_unified(1, 2 * sync::kPullRowsMax);
    world.wait();
    ASSERT_TRUE(world.step_until([&] { return world.store.checkpoint("R1").pulled != noted; }));
    world.model.restore(backup);
    world.put_unified(9001, 1);

    world.network.lose_next_answer();
    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_TRUE(world.store.distrusted.empty());
    EXPECT_TRUE(world.store.pulled().rbegin()->first.starts_with(unified_id(9001)));
}

TEST(Epoch, ComesToTheEndOfALongFeedOfAServerThatIsOftenBusy) {
    World world(support::PeerKind::pouchdb);
    constexpr std::size_t kDocuments = 3'000;
    world.put_unified(1, kDocuments);
    unsigned requests = 0;
    world.network.on_request([&](const platform::HttpRequest&) {
        if (++requests % 10 == 0) world.network.answer_next(503, "{}");
    });

    for (int i = 0; i < 15 && world.store.pulled().size() < kDocuments; ++i) world.run_through();

    EXPECT_EQ(world.store.pulled().size(), kDocuments);
}

TEST(Epoch, KeepsThePlaceThatItCouldNotSayWasNoted) {
    World world(support::PeerKind::pouchdb);
    world.put_unified(1, 3);
    world.network.on_request([&](const platform::HttpRequest& request) {
        const bool is_note = request.method == platform::Method::put;
        if (is_note && world.store.pulled().size() == 3) world.network.lose_next_answer();
    });

    ASSERT_TRUE(world.step_until([&] { return world.store.pulled().size() == 3; }));
    (void)world.replicator->step();
    world.network.on_request(nullptr);
    world.network.forget_captured();
    EXPECT_EQ(world.run_through(), Outcome::idle);

    const std::string reached = world.store.checkpoint("R1").pulled;
    EXPECT_EQ(world.network.captured_count("_changes"), 1U);
    EXPECT_EQ(world.network.captured_count("since=" + reached), 1U);
}

/// The note of a newer copy tells a place that this register never came to.
TEST(Epoch, BelievesNoPlaceThatANewerCopyNoted) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        for (const int notes : {1, 2}) {
            World world(kind);
            world.put_unified(1, 1);
            world.run_through();
            const FakeRegister copy = world.store;
            for (int i = 0; i < notes; ++i) {
                world.put_unified(2 + 1'000U * static_cast<unsigned>(i), 1'000);
                world.wait();
                world.run_through();
            }
            ASSERT_EQ(world.store.pulled().size(), 1U + 1'000U * static_cast<unsigned>(notes));
            world.store = copy;
            world.start();
            // Its first note gets nowhere.
            bool refused = false;
            world.network.on_request([&](const platform::HttpRequest& request) {
                if (request.method != platform::Method::put || std::exchange(refused, true)) return;
                world.network.answer_next(503, "{}");
            });

            EXPECT_EQ(world.run_through(), Outcome::idle);

            EXPECT_TRUE(refused);
            EXPECT_EQ(world.store.pulled().size(), 1U + 1'000U * static_cast<unsigned>(notes));
        }
    }
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
    EXPECT_TRUE(world.store.checkpoint("R1").peer_instance.starts_with(world.model.uuid() + '\n'));
    EXPECT_EQ(world.store.items[0].receipts, 2U);
    EXPECT_EQ(world.network.captured_count("_bulk_docs"), 1U);
}

TEST(Epoch, RemembersServersThatTakeTurns) {
    World world;
    world.store.add(1, "a");
    world.run();
    Names uuids = {world.model.uuid()};
    for (std::size_t i = 1; i < sync::kPeerInstancesMax; ++i) {
        world.model.change_uuid();
        uuids.push_back(world.model.uuid());
        world.start();
        world.run();
    }
    ASSERT_EQ(world.store.distrusted.size(), sync::kPeerInstancesMax - 1);

    auto snapshot = world.model.snapshot();
    for (const std::string& uuid : uuids) {
        snapshot = world.model.snapshot();
        snapshot.uuid = uuid;
        world.model.restore(snapshot);
        world.start();
        EXPECT_EQ(world.run(), Outcome::idle);
    }
    EXPECT_EQ(world.store.distrusted.size(), sync::kPeerInstancesMax - 1);

    world.model.change_uuid();
    world.start();
    world.run();
    const std::string known = world.store.checkpoint("R1").peer_instance;
    EXPECT_EQ(std::ranges::count(known, '\n') + 1, std::ptrdiff_t{sync::kPeerInstancesMax});
    EXPECT_EQ(known.find(uuids.front()), std::string::npos);
}

/// Our note at the server, as somebody else wrote it.
void write_note(World& world, const std::string& members) {
    const auto read = world.model.handle(
        {.method = platform::Method::get, .url = kNoteUrl, .headers = {}, .body = {}});
    const std::string begin = read.body.substr(0, read.body.find(R"(,"epoch")"));
    const auto written = world.model.handle({.method = platform::Method::put,
                                             .url = kNoteUrl,
                                             .headers = {{"Content-Type", "application/json"}},
                                             .body = begin + ',' + members + '}'});
    ASSERT_EQ(written.status, 201);
}

TEST(Epoch, IsNotLockedByANoteOfSomebodyElse) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        for (const char* members :
             {R"("epoch":4503599627370496,"nonce":"n")", R"("epoch":9007199254740992,"nonce":"n")",
              R"("epoch":1099511627776,"nonce":"n")", R"("epoch":1099511627777,"nonce":"n")",
              R"("epoch":0,"nonce":"n")", R"("epoch":-1,"nonce":"n")", R"("epoch":"7","nonce":"n")",
              R"("epoch":7)", R"("epoch":7,"nonce":"")", R"("mine":true)"}) {
            World world(kind);
            world.store.add(1, "a");
            world.run();
            write_note(world, members);

            for (int i = 0; i < 3; ++i) {
                world.start();
                EXPECT_EQ(world.run(), Outcome::idle) << members;
            }

            EXPECT_EQ(world.store.distrusted.size(), 1U) << members;
            EXPECT_EQ(world.store.state(1), DeliveryState::delivered) << members;
            EXPECT_EQ(world.store.items[0].receipts, 2U) << members;
        }
    }
}

TEST(Epoch, NoticesThatOurOwnRegisterIsOlderThanTheNote) {
    World world;
    world.store.add(1, "a");
    world.run();
    const auto old = world.store.checkpoint("R1");
    for (int i = 0; i < 2; ++i) {
        world.put(unified_id(1 + static_cast<unsigned>(i)), R"({"type":"unified"})");
        world.wait();
        world.run();
    }
    const auto last = world.store.checkpoint("R1");
    ASSERT_GT(last.epoch, old.epoch + sync::kEpochsUnnotedMax);
    world.store.set_checkpoint("R1", old);

    world.start();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.distrusted.size(), 1U);
    EXPECT_EQ(world.store.own_rollbacks, (Names{"R1"}));
    EXPECT_GT(world.store.checkpoint("R1").epoch, last.epoch);
}

TEST(Epoch, CallsARegisterThatKnowsNoEpochYetNoOlderCopy) {
    World world;
    world.store.add(1, "a");
    world.run();
    for (int i = 0; i < 3; ++i) {
        world.start();
        world.store.add(2 + static_cast<unsigned>(i), "b");
        world.run();
    }
    EXPECT_TRUE(world.store.own_rollbacks.empty());
    world.store.set_checkpoint("R1", {});

    world.start();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_TRUE(world.store.own_rollbacks.empty());
}

/// The address now leads to the database of another register, which is empty.
struct OtherDatabase : World {
    OtherDatabase() {
        store.add(1, "a");
        run();
        auto empty = support::CouchModel(support::PeerKind::couchdb, 2).snapshot();
        model.restore(empty);
        model.create_database("register");
        put("register", R"({"type":"register","identity":"R2"})");
        start();
    }
};

TEST(Epoch, RefusesAnotherRegisterThanBefore) {
    OtherDatabase world;
    world.store.add(2, "b");

    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(world.run(), Outcome::refused);
        world.wait();
    }

    EXPECT_NE(support::said(world.replicator->link().reason).find("unified.url"),
              std::string::npos);
    EXPECT_EQ(world.model.database("register")->count("entry:"), 0U);
    EXPECT_EQ(world.store.state(2), DeliveryState::pending);
    EXPECT_TRUE(world.store.distrusted.empty());
}

TEST(Epoch, DeliversEverythingToAnotherRegisterThatAPersonAccepted) {
    OtherDatabase world;
    EXPECT_EQ(world.run(), Outcome::refused);

    world.replicator->retry_now();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.distrusted, (Names{"R2"}));
    EXPECT_EQ(world.model.database("register")->count("entry:"), 1U);
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    EXPECT_EQ(world.store.items[0].receipts, 2U);
    world.start();
    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(world.store.distrusted.size(), 1U);
}

TEST(Epoch, AcceptsNoOtherRegisterThanTheOneThatWasShown) {
    OtherDatabase world;

    world.replicator->retry_now();  // nothing was refused yet
    EXPECT_EQ(world.run(), Outcome::refused);

    EXPECT_TRUE(world.store.distrusted.empty());
}

TEST(Epoch, AsksAgainWhenItStoppedBeforeItNotedTheOtherRegister) {
    OtherDatabase world;
    EXPECT_EQ(world.run(), Outcome::refused);
    world.store.fail_write(world.store.writes(), true);
    world.replicator->retry_now();
    EXPECT_THROW(world.run(), store::StoreError);

    world.start();
    EXPECT_EQ(world.run(), Outcome::refused);
    EXPECT_EQ(world.store.state(1), DeliveryState::sent);
    world.replicator->retry_now();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

TEST(Epoch, TakesOverAnEpochThatItCouldNotNote) {
    World world;
    world.store.add(1, "a");
    world.store.fail_write(3, false);
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
