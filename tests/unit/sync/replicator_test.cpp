#include "sync/replicator.h"

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/entry/codes.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "sync/couch/tuning.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_validation.h"
#include "tests/support/said.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using sync::Outcome;
using Names = std::vector<std::string>;

TEST(Replicator, PushesThenBeginsAnEpochThenAsksThenPulls) {
    World world;
    world.store.add(1);
    world.store.add(2);

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.asked(),
              (Names{"GET ", "GET register", "POST _bulk_docs", "GET _local", "PUT _local",
                     "POST _revs_diff", "POST _changes", "GET _local", "PUT _local"}));
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 2U);
    EXPECT_EQ(world.model.database("register")->count("entry:"), 2U);
    EXPECT_TRUE(world.replicator->link().last_verified_at);
    EXPECT_TRUE(world.replicator->link().succeeded_at);
}

TEST(Replicator, AsksOnceWhenThereIsNothingToDo) {
    World world;
    world.store.add(1);
    world.run();
    world.wait();
    world.run();
    world.network.forget_captured();

    world.wait();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.asked(), (Names{"GET _changes"}));
}

TEST(Replicator, SendsANewEntryInFourRequests) {
    World world;
    world.run();
    world.network.forget_captured();
    world.store.add(1);

    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.asked(),
              (Names{"POST _bulk_docs", "GET _local", "PUT _local", "POST _revs_diff"}));
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

TEST(Replicator, NeverFetchesItsOwnEcho) {
    World world;
    for (unsigned i = 1; i <= 30; ++i) world.store.add(i, "text " + std::to_string(i));

    world.run();
    world.wait();
    world.run();

    EXPECT_EQ(world.network.captured_count("_bulk_get"), 0U);
    EXPECT_TRUE(world.store.pulled().empty());
}

TEST(Replicator, PullsWhatTheUnifiedSystemSays) {
    for (const auto kind : {support::PeerKind::couchdb, support::PeerKind::pouchdb}) {
        World world(kind);
        world.put(unified_id(1), R"({"type":"unified","number":"7"})");
        world.put("somebody-elses", R"({"a":1})");

        EXPECT_EQ(world.run(), Outcome::idle);

        ASSERT_EQ(world.store.pulled().size(), 1U);
        const store::RemoteDocument& document = world.store.pulled().begin()->second;
        EXPECT_EQ(document.id, unified_id(1));
        EXPECT_EQ(platform::to_json(document.body), R"({"type":"unified","number":"7"})");
        EXPECT_EQ(world.network.captured_count("POST http://peer/register/_bulk_get"), 1U);
        EXPECT_EQ(world.replicator->link().skipped, 0U);
    }
}

TEST(Replicator, PullsFromWhereItStoppedPageByPage) {
    World world;
    const unsigned documents = sync::kPullRowsMax + 3;
    for (unsigned i = 1; i <= documents; ++i) world.put(unified_id(i), R"({"type":"unified"})");

    EXPECT_EQ(world.run(), Outcome::idle);
    world.put(unified_id(documents + 1), R"({"type":"unified"})");
    world.network.forget_captured();
    world.wait();
    world.run();

    EXPECT_EQ(world.store.pulled().size(), documents + 1);
    EXPECT_EQ(world.network.captured_count("_changes"), 1U);
}

TEST(Replicator, SendsLargeOutboxesInBatchesUnderOneEpoch) {
    World world;
    const unsigned entries = 2 * sync::kVerifyLeavesMax;
    for (unsigned i = 1; i <= entries; ++i) world.store.add(i);

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), entries);
    EXPECT_LE(world.network.captured_count("_bulk_docs"), 4U);
    EXPECT_EQ(world.network.captured_count("_revs_diff"), 2U);
    EXPECT_EQ(world.store.checkpoint("R1").epoch, 2U);
}

TEST(Replicator, SendsAnAmendmentAsAChild) {
    World world;
    world.store.add(1, "first");
    world.run();

    world.store.amend(1, "second");
    world.replicator->pending_added();
    world.run();

    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    const auto leaves = world.model.database("register")->leaves(entry_id(1));
    ASSERT_EQ(leaves.size(), 1U);
    EXPECT_EQ(leaves.front().generation, 2U);
}

TEST(Replicator, SurvivesALostRequestOrAnswerAtEveryPlace) {
    for (const bool reaches_peer : {false, true}) {
        for (std::size_t place = 0; place < 12; ++place) {
            World world;
            world.store.add(1, "a");
            world.store.add(2, "b");
            world.put(unified_id(1), R"({"type":"unified"})");
            std::size_t request = 0;
            world.network.on_request([&](const platform::HttpRequest&) {
                world.network.set_up();
                if (request++ != place) return;
                if (reaches_peer) {
                    world.network.lose_next_answer();
                } else {
                    world.network.set_down(platform::NetworkError::Kind::reset);
                }
            });

            world.run();
            world.start();  // the process dies with the connection
            EXPECT_EQ(world.run_through(), Outcome::idle) << place;

            EXPECT_EQ(world.store.count(DeliveryState::delivered), 2U) << place;
            EXPECT_EQ(world.store.items[0].receipts, 1U) << place;
            EXPECT_EQ(world.store.pulled().size(), 1U) << place;
            EXPECT_EQ(world.model.database("register")->count("entry:"), 2U) << place;
            EXPECT_EQ(world.model.database("register")->leaves(entry_id(1)).size(), 1U) << place;
            EXPECT_TRUE(world.store.distrusted.empty()) << place;
        }
    }
}

TEST(Replicator, SurvivesACrashAtEveryWrite) {
    for (const bool done : {false, true}) {
        for (std::size_t place = 0; place < 7; ++place) {
            World world;
            world.store.add(1, "a");
            world.put(unified_id(1), R"({"type":"unified"})");
            world.store.fail_write(place, done);

            EXPECT_THROW(world.run(), store::StoreError) << place;
            world.start();
            EXPECT_EQ(world.run_through(), Outcome::idle) << place;

            EXPECT_EQ(world.store.state(1), DeliveryState::delivered) << place;
            EXPECT_EQ(world.store.pulled().size(), 1U) << place;
            EXPECT_TRUE(world.store.distrusted.empty()) << place;
        }
    }
}

TEST(Replicator, WaitsWhenTheRegisterCannotBeWritten) {
    World world;
    world.store.add(1);
    world.store.fail_write(2, false);

    EXPECT_THROW(world.run(), store::StoreError);

    EXPECT_GT(world.replicator->link().next.at, world.clock.now());
    world.network.forget_captured();
    (void)world.replicator->step();
    EXPECT_TRUE(world.network.captured().empty());
    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

TEST(Replicator, GivesNoReceiptToWhoAnswersWithoutLooking) {
    World world;
    world.store.add(1);
    world.model.fail_next({.status = 200, .body = "{}", .path_part = "_revs_diff"});

    EXPECT_EQ(world.run(), Outcome::captive_portal);

    EXPECT_EQ(world.store.state(1), DeliveryState::sent);
    EXPECT_FALSE(world.replicator->link().last_verified_at);
    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

TEST(Replicator, AsksAboutADifferentImpossibleDocumentEachTime) {
    World world;
    std::set<std::string> bodies;
    for (int i = 0; i < 3; ++i) {
        world.model.fail_next({.status = 200, .body = "{}", .path_part = "_revs_diff"});
    }
    world.store.add(1);
    world.run_through();

    for (const auto& captured : world.network.captured()) {
        if (captured.request.url.ends_with("_revs_diff")) bodies.insert(captured.request.body);
    }
    EXPECT_EQ(bodies.size(), 4U);
}

TEST(Replicator, SendsAgainWhatThePeerDoesNotHave) {
    World world;
    world.store.add(1);
    world.model.fail_next({.status = 201, .body = "[]", .path_part = "_bulk_docs"});

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    EXPECT_EQ(world.network.captured_count("_bulk_docs"), 2U);
    EXPECT_EQ(world.store.items[0].receipts, 1U);
}

TEST(Replicator, StopsSendingToAPeerThatKeepsLosing) {
    World world;
    world.store.add(1);
    for (int i = 0; i < 10; ++i) {
        world.model.fail_next({.status = 201, .body = "[]", .path_part = "_bulk_docs"});
    }

    EXPECT_EQ(world.run(), Outcome::refused);

    EXPECT_EQ(world.network.captured_count("_bulk_docs"), sync::kLostTimesMax);
    EXPECT_EQ(world.store.state(1), DeliveryState::pending);
    EXPECT_GT(world.replicator->link().next.at, world.clock.now());
}

TEST(Replicator, QuarantinesWhatThePeerForbidsAndSendsTheRest) {
    World world;
    for (unsigned i = 1; i <= 3; ++i) world.store.add(i, "text " + std::to_string(i));
    world.model.database("register")
        ->set_validation(
            [](const support::CouchCandidate& candidate) -> std::optional<support::CouchRefusal> {
                if (candidate.id != entry_id(2)) return {};
                return support::CouchRefusal{"forbidden", "not\nthis " + std::string(500, 'x')};
            });

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    EXPECT_EQ(world.store.state(2), DeliveryState::quarantined);
    EXPECT_EQ(world.store.state(3), DeliveryState::delivered);
    EXPECT_TRUE(world.store.items[1].reason.starts_with("not this xxx"));
    EXPECT_EQ(world.store.items[1].reason.size(), sync::kExcerptBytesMax);
}

TEST(Replicator, MarksNothingWhenARowNamesAnotherDocument) {
    World world;
    world.store.add(1);
    world.model.fail_next({.status = 201,
                           .body = R"([{"id":"entry:other","error":"forbidden"}])",
                           .path_part = "_bulk_docs"});

    EXPECT_EQ(world.run(), Outcome::captive_portal);

    EXPECT_EQ(world.store.state(1), DeliveryState::pending);
}

TEST(Replicator, TakesUnauthorizedRowsForMissingRights) {
    World world;
    world.store.add(1);
    world.model.fail_next(
        {.status = 201,
         .body = R"([{"id":")" + entry_id(1) + R"(","error":"unauthorized","reason":"x"}])",
         .path_part = "_bulk_docs"});

    EXPECT_EQ(world.run(), Outcome::unauthorized);

    EXPECT_EQ(world.store.state(1), DeliveryState::pending);
}

TEST(Replicator, KeepsAnEntryThatTheServerCouldNotStoreNow) {
    World world;
    world.store.add(1, "a");
    world.store.add(2, "b");
    world.model.fail_next(
        {.status = 201,
         .body = R"([{"id":")" + entry_id(1) + R"(","error":"internal_server_error"}])",
         .path_part = "_bulk_docs"});

    EXPECT_EQ(world.run(), Outcome::offline);
    EXPECT_EQ(world.store.state(1), DeliveryState::pending);
    EXPECT_EQ(world.store.state(2), DeliveryState::delivered);

    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

TEST(Replicator, BelievesNothingBeforeTheQuorumIsMet) {
    World world;
    world.store.add(1);
    world.model.fail_next({.status = 202, .body = "[]", .path_part = "_bulk_docs"});

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_EQ(world.store.state(1), DeliveryState::pending);
}

TEST(Replicator, NeverTriesWrongCredentialsAgainUnasked) {
    World world;
    world.model.accounts().add_user({"lawyer", "right", {}});
    world.authorization = "Basic bGF3eWVyOndyb25n";
    world.store.add(1);
    world.start();

    EXPECT_EQ(world.run(), Outcome::unauthorized);
    const auto requests = world.network.counters().requests;
    world.clock.advance(std::chrono::hours(24 * 365));
    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::unauthorized);
    EXPECT_EQ(world.network.counters().requests, requests);

    world.replicator->retry_now();
    EXPECT_EQ(world.run(), Outcome::unauthorized);
    EXPECT_GT(world.network.counters().requests, requests);
}

TEST(Replicator, ComesBackWhenTheServerSaid) {
    World world;
    world.store.add(1);
    world.model.fail_next({.status = 503,
                           .body = R"({"error":"busy"})",
                           .headers = {{"retry-after", "120"}},
                           .path_part = "_bulk_docs"});

    EXPECT_EQ(world.run(), Outcome::offline);

    const auto wait = world.replicator->link().next.at - world.clock.now();
    EXPECT_GE(wait, std::chrono::seconds(120));
    EXPECT_LE(wait, std::chrono::seconds(120) + sync::kOfflineCap);
    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
}

TEST(Replicator, KeepsItsTimeDuringABackoff) {
    World world;
    world.network.set_down(platform::NetworkError::Kind::unresolved);
    EXPECT_EQ(world.run(), Outcome::offline);
    const auto at = world.replicator->link().next.at;

    world.store.add(1);
    world.replicator->pending_added();

    EXPECT_EQ(world.replicator->link().next.at, at);
    EXPECT_EQ(support::said(world.replicator->link().reason), "the link is down");
}

TEST(Replicator, BacksOffFurtherThoughTheGreetingSucceeds) {
    World world;
    world.store.add(1);
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url.ends_with("_bulk_docs")) {
            world.network.answer_next(500, R"({"error":"internal_server_error"})");
        }
    });

    world.run();
    const auto since = world.replicator->link().failing_since;
    std::chrono::nanoseconds longest{};
    for (int i = 0; i < 30; ++i) {
        world.wait();
        EXPECT_EQ(world.run(), Outcome::offline);
        longest = std::max<std::chrono::nanoseconds>(
            longest, world.replicator->link().next.at - world.clock.now());
    }

    EXPECT_GT(longest, std::chrono::minutes(2));
    EXPECT_EQ(world.replicator->link().failing_since, since);
    EXPECT_EQ(world.replicator->link().outcome, Outcome::offline);
}

TEST(Replicator, PollsAgainAfterTheInterval) {
    World world;
    world.run();

    const auto wait = world.replicator->link().next.at - world.clock.now();

    EXPECT_GE(wait, std::chrono::seconds(1800));
    EXPECT_LE(wait, std::chrono::seconds(1980));
    world.network.forget_captured();
    EXPECT_EQ(world.replicator->step(), Outcome::idle);
    EXPECT_TRUE(world.network.captured().empty());
}

TEST(Replicator, ChecksThePeerAgainAfterAnyFailure) {
    World world;
    world.run();
    world.wait();
    world.network.answer_next(200, "<html>log in</html>", "text/html");
    EXPECT_EQ(world.run(), Outcome::captive_portal);
    world.network.forget_captured();

    world.wait();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.asked(), (Names{"GET ", "GET register", "GET _local", "GET _changes"}));
    EXPECT_FALSE(world.replicator->link().failing_since);
    EXPECT_FALSE(world.replicator->link().reason);
}

}  // namespace
}  // namespace tizilim
