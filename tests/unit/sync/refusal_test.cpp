// Servers that refuse a whole batch for one of its documents, and servers that refuse everything.
#include "platform/check.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/entry/codes.h"
#include "store/replication/revision.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_validation.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;

/// Batches that hold one of some entries are answered otherwise.
struct PoisonWorld : World {
    explicit PoisonWorld(PeerKind kind, unsigned entries = 1'000) : World(kind) {
        for (unsigned i = 1; i <= entries; ++i) store.add(i, "text " + std::to_string(i));
        network.on_request([this](const platform::HttpRequest& request) {
            network.set_up();
            if (!request.url.ends_with("_bulk_docs")) return;
            const std::string body = plain_body(request);
            for (const unsigned number : poisoned) {
                if (body.find(entry_id(number)) != std::string::npos) return refuse();
            }
        });
    }

    void refuse() {
        if (status == 0) {
            network.set_down(platform::NetworkError::Kind::reset);
        } else {
            network.answer_next(status, R"({"error":"some_error","reason":"no"})");
        }
    }

    /// Somebody's own revision 1-loser of an entry.
    void write_other_leaf(unsigned number) {
        const auto answer =
            model.handle({.method = platform::Method::post,
                          .url = "http://peer/register/_bulk_docs",
                          .headers = {{"Content-Type", "application/json"}},
                          .body = R"({"new_edits":false,"docs":[{"_id":")" + entry_id(number) +
                                  R"(","_rev":"1-loser","n":1}]})"});
        CHECK(answer.status == 201);
    }

    /// What the same delivery costs without the poison.
    static std::size_t plain_requests(PeerKind kind) {
        PoisonWorld world(kind);
        world.run();
        return world.network.counters().requests;
    }

    std::set<unsigned> poisoned{};
    int status = 413;
};

TEST(Refusal, OfABatchForOneDocumentFindsItAndDeliversTheRest) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        const std::size_t plain = PoisonWorld::plain_requests(kind);
        for (const int status : {400, 403, 412, 413, 422}) {
            const bool is_usual = status == 413;
            for (const unsigned number :
                 is_usual ? std::vector{1U, 500U, 1'000U} : std::vector{500U}) {
                PoisonWorld world(kind);
                world.status = status;
                world.poisoned = {number};

                EXPECT_EQ(world.run(), Outcome::idle);

                EXPECT_EQ(world.store.count(DeliveryState::delivered), 999U);
                EXPECT_EQ(world.store.state(number), DeliveryState::quarantined);
                EXPECT_EQ(world.store.item(number).reason,
                          std::to_string(status) + " after splitting to 1 document");
                EXPECT_LE(world.network.counters().requests, plain + 25) << status;
            }
        }
    }
}

TEST(Refusal, OfABatchForSomeDocumentsFindsEach) {
    PoisonWorld world(PeerKind::couchdb);
    world.poisoned = {1, 2, 77, 500, 501, 999};

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 994U);
    EXPECT_EQ(world.store.count(DeliveryState::quarantined), 6U);
}

/// Seed 20105 of the simulation.
TEST(Refusal, ThatNamesATimeIsHeardWhileADocumentIsLookedFor) {
    PoisonWorld world(PeerKind::couchdb, 100);
    world.poisoned = {42};
    std::size_t batches = 0;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (!request.url.ends_with("_bulk_docs")) return;
        ++batches;
        if (batches == 1) return world.refuse();
        world.network.answer_next(
            {.status = 429,
             .headers = {{"content-type", "application/json"}, {"retry-after", "90"}},
             .body = R"({"error":"too_many_requests","reason":"no"})"});
    });

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_EQ(batches, 2U);
    EXPECT_GE(world.replicator->link().next.at - world.clock.now(), std::chrono::seconds(90));
}

TEST(Refusal, ByAnErrorOfTheServerIsOfTheDocumentWhenItRepeats) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        for (const int status : {500, 502, 503, 0}) {
            PoisonWorld world(kind, 100);
            world.status = status;
            world.poisoned = {42};

            for (int i = 0; i < 8 && world.store.count(DeliveryState::delivered) < 99; ++i) {
                EXPECT_EQ(world.run(), Outcome::offline);
                world.wait();
            }

            EXPECT_EQ(world.store.count(DeliveryState::delivered), 99U) << status;
            EXPECT_EQ(world.store.state(42), DeliveryState::pending) << status;
            EXPECT_GE(world.store.item(42).attempts, 1U) << status;
            EXPECT_NE(world.store.item(42).reason.find("after splitting to 1 document"),
                      std::string::npos);

            world.network.forget_captured();
            (void)world.run();
            EXPECT_LE(world.network.captured_count("_bulk_docs"), sync::kCutsAtOnceMax) << status;
            world.poisoned.clear();
            EXPECT_EQ(world.run_through(), Outcome::idle) << status;
            EXPECT_EQ(world.store.count(DeliveryState::delivered), 100U) << status;
        }
    }
}

TEST(Refusal, OfEverythingIsNotOfTheDocuments) {
    for (const int status : {400, 403, 405, 413, 415, 500}) {
        PoisonWorld world(PeerKind::couchdb, 50);
        world.status = status;
        for (unsigned i = 1; i <= 50; ++i) world.poisoned.insert(i);
        world.put(unified_id(1), R"({"type":"unified"})");

        for (int i = 0; i < 5; ++i) {
            EXPECT_NE(world.run(), Outcome::idle) << status;
            world.wait();
        }

        EXPECT_EQ(world.store.count(DeliveryState::pending), 50U) << status;
        EXPECT_EQ(world.store.pulled().size(), 1U) << status;
        world.network.forget_captured();
        EXPECT_NE(world.run(), Outcome::idle);
        // One more: the first is tried without gzip, too.
        EXPECT_LE(world.network.captured_count("_bulk_docs"), sync::kRefusedAloneMax + 1) << status;

        world.poisoned.clear();
        world.replicator->retry_now();
        EXPECT_EQ(world.run_through(), Outcome::idle) << status;
        EXPECT_EQ(world.store.count(DeliveryState::delivered), 50U) << status;
    }
}

TEST(Refusal, OfTheOnlyEntryIsOfItOnlyIfItSaysSo) {
    for (const int status : {403, 413}) {
        PoisonWorld world(PeerKind::pouchdb, 1);
        world.status = status;
        world.poisoned = {1};

        const Outcome outcome = world.run();

        EXPECT_EQ(outcome, status == 413 ? Outcome::idle : Outcome::refused);
        EXPECT_EQ(world.store.state(1),
                  status == 413 ? DeliveryState::quarantined : DeliveryState::pending);
    }
}

TEST(Refusal, ForSizeAloneMakesBatchesSmaller) {
    PoisonWorld world(PeerKind::couchdb, 0);
    for (unsigned i = 1; i <= 2'000; ++i) world.store.add_like_a_real_one(i, world.random);
    world.model.limits().request_bytes_max = 20'000;

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 2'000U);
    std::size_t too_large = 0;
    for (const auto& captured : world.network.captured()) {
        too_large += captured.request.body.size() > 20'000 ? 1 : 0;
    }
    EXPECT_LE(too_large, 6U);
}

TEST(Refusal, EndsWhenTheRulesChange) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        PoisonWorld world(kind, 3);
        world.put("_design/rules", R"({"language":"javascript"})");
        world.poisoned = {2};
        EXPECT_EQ(world.run(), Outcome::idle);
        ASSERT_EQ(world.store.state(2), DeliveryState::quarantined);
        const unsigned releases = world.store.releases;
        world.wait();
        EXPECT_EQ(world.run(), Outcome::idle);
        EXPECT_EQ(world.store.releases, releases);

        world.poisoned.clear();
        world.put("_design/more", R"({"language":"javascript"})");
        world.wait();
        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.store.state(2), DeliveryState::delivered);
        EXPECT_EQ(world.store.releases, releases + 1);
    }
}

TEST(Refusal, IsTriedAgainLessAndLessWhereTheRulesChangeAllTheTime) {
    PoisonWorld world(PeerKind::couchdb, 3);
    world.poisoned = {2};
    EXPECT_EQ(world.run(), Outcome::idle);
    unsigned changes = 0;
    const auto began = world.clock.now();
    while (world.clock.now() - began < std::chrono::hours(12)) {
        world.put("_design/r" + std::to_string(++changes), R"({"language":"javascript"})");
        world.wait();
        EXPECT_EQ(world.run(), Outcome::idle);
    }

    EXPECT_GE(changes, 20U);
    EXPECT_GE(world.store.releases, 4U);
    EXPECT_LE(world.store.releases, 12U);

    world.poisoned.clear();
    const auto ended = world.clock.now();
    while (world.clock.now() - ended < std::chrono::hours(12)) {
        world.wait();
        EXPECT_EQ(world.run(), Outcome::idle);
    }
    EXPECT_EQ(world.store.state(2), DeliveryState::delivered);
}

TEST(Refusal, IsRememberedThroughARestartUntilWhatItHeldBackIsLetGo) {
    PoisonWorld world(PeerKind::couchdb, 3);
    world.poisoned = {2};
    EXPECT_EQ(world.run(), Outcome::idle);
    unsigned changes = 0;
    // Two changes soon one after the other: the second release is still owed.
    for (int i = 0; i < 3; ++i) {
        world.put("_design/r" + std::to_string(++changes), R"({"language":"javascript"})");
        world.replicator->retry_now();
        EXPECT_EQ(world.run(), Outcome::idle);
    }
    ASSERT_EQ(world.store.state(2), DeliveryState::quarantined);
    world.poisoned.clear();

    world.start();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.state(2), DeliveryState::delivered);
}

TEST(Refusal, LetsAWithdrawalOvertake) {
    PoisonWorld world(PeerKind::couchdb, 600);
    EXPECT_EQ(world.run(), Outcome::idle);
    for (unsigned i = 1; i <= 600; ++i) world.store.amend(i, "other " + std::to_string(i));
    world.model.database("register")
        ->set_validation(
            [](const support::CouchCandidate& candidate) -> std::optional<support::CouchRefusal> {
                if (candidate.id == entry_id(600)) return {};
                return support::CouchRefusal{"unknown_error", "a fault"};
            });
    world.replicator->pending_added();
    (void)world.replicator->step();
    world.store.withdraw(600);

    (void)world.run();

    EXPECT_EQ(world.store.state(600), DeliveryState::delivered);
}

/// Seed 30208 of the simulation: the tombstone was taken, and the entry was gone there.
TEST(Refusal, OfALeafKeepsWhatItsTombstonesWouldEnd) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        PoisonWorld world(kind, 3);
        world.write_other_leaf(3);
        world.store.end_leaf(3, {1, "loser"});
        support::CouchDatabase* const database = world.model.database("register");
        database->set_validation(
            [](const support::CouchCandidate& candidate) -> std::optional<support::CouchRefusal> {
                if (candidate.id != entry_id(3) || candidate.deleted) return {};
                return support::CouchRefusal{"forbidden", "not this one"};
            });

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.store.state(3), DeliveryState::quarantined);
        EXPECT_EQ(database->leaves(entry_id(3)), (std::vector<store::Revision>{{1, "loser"}}));
    }
}

TEST(Refusal, OfAMergedEntryKeepsItsTombstonesBehindIt) {
    PoisonWorld world(PeerKind::couchdb, 5);
    world.write_other_leaf(3);
    world.store.end_leaf(3, {1, "loser"});
    world.poisoned = {3};
    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(world.store.state(3), DeliveryState::quarantined);
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 4U);

    world.poisoned.clear();
    world.store.release_quarantined();
    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.state(3), DeliveryState::delivered);
    std::size_t live = 0;
    for (const auto& leaf : world.model.database("register")->leaves(entry_id(3))) {
        live += leaf == world.store.item(3).entry.revision() ? 1 : 0;
    }
    EXPECT_EQ(live, 1U);
    EXPECT_EQ(world.model.database("register")->leaves(entry_id(3)).size(), 2U);
}

}  // namespace
}  // namespace tizilim
