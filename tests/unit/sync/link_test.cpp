// What the link costs: requests, bytes and time for a thousand entries, and what a cut does.
#include "platform/text/gzip.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/entry/codes.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "sync/couch/link_pace.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/slow_link.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using std::chrono::milliseconds;
using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;

constexpr unsigned kThousand = 1'000;

/// Entries as they look on the wire, on a link.
struct LinkWorld : World {
    explicit LinkWorld(SlowLink::Shape shape, PeerKind kind = PeerKind::pouchdb,
                       unsigned entries = kThousand)
        : World(kind), link(network, clock, shape) {
        for (unsigned i = 1; i <= entries; ++i) store.add_like_a_real_one(i, random);
        network.record(false);
        restart();
    }

    void restart() {
        replicator = std::make_unique<sync::Replicator>(
            sync::ReplicatorSettings{.database_url = "http://peer/register", .authorization = {}},
            link, store, clock, random);
    }

    /// Until all are delivered.
    void deliver() {
        for (int i = 0; i < 10'000 && store.count(DeliveryState::delivered) < store.items.size();
             ++i) {
            (void)replicator->step();
            wait();
        }
        ASSERT_EQ(store.count(DeliveryState::delivered), store.items.size());
    }

    [[nodiscard]] std::size_t bytes() const {
        const auto counters = link.counters();
        return counters.bytes_up + counters.bytes_down;
    }

    SlowLink link;
};

TEST(Link, DeliversAThousandEntriesInSevenRequests) {
    LinkWorld world({.round_trip = milliseconds(300)});

    world.deliver();

    EXPECT_LE(world.link.counters().requests, 7U);
    EXPECT_LE(world.link.spent(), milliseconds(2'400));
    EXPECT_LE(world.bytes() / kThousand, 145U);
}

TEST(Link, DeliversAThousandEntriesToACouchDbInEightRequests) {
    LinkWorld world({.round_trip = milliseconds(300)}, PeerKind::couchdb);

    world.deliver();

    EXPECT_LE(world.link.counters().requests, 8U);
    EXPECT_LE(world.bytes() / kThousand, 145U);
}

TEST(Link, DeliversAThousandEntriesOverASatellite) {
    LinkWorld world({.round_trip = milliseconds(600), .bytes_per_second = 64'000});

    world.deliver();

    EXPECT_LE(world.link.spent(), milliseconds(7'000));
}

TEST(Link, DeliversAThousandEntriesAt64Kbit) {
    LinkWorld world({.round_trip = milliseconds(800), .bytes_per_second = 8'000});

    world.deliver();

    EXPECT_LE(world.link.spent(), milliseconds(25'000));
}

TEST(Link, DeliversTenThousandEntriesInElevenTimesAThousands) {
    const SlowLink::Shape shape{.round_trip = milliseconds(800), .bytes_per_second = 8'000};
    LinkWorld thousand(shape);
    thousand.deliver();
    LinkWorld all(shape, PeerKind::pouchdb, 10 * kThousand);

    all.deliver();

    EXPECT_LE(all.link.spent(), 10 * thousand.link.spent());
}

/// Each body that passes between two cuts has a proof of its own.
TEST(Link, DeliversInLessThanFourTimesTheTimeWhenItIsResetEvery30Kb) {
    LinkWorld steady({.round_trip = milliseconds(300)});
    steady.deliver();
    for (const std::uint64_t bytes : {25'000U, 28'000U, 30'000U, 33'000U, 40'000U}) {
        LinkWorld cut({.round_trip = milliseconds(300), .reset_every_bytes = bytes});

        cut.deliver();

        EXPECT_GT(cut.link.cuts(), 0U);
        EXPECT_LE(2 * cut.link.spent(), 7 * steady.link.spent()) << bytes;
        EXPECT_EQ(cut.model.database("register")->count("entry:"), kThousand);
    }
}

/// What was read since the last note is read again after each cut.
TEST(Link, ReadsALongFeedInThriceTheBytesWhenItIsReset) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        std::map<std::uint64_t, std::size_t> passed;
        for (const std::uint64_t reset_every : {0U, 30'000U, 10'000U}) {
            LinkWorld world({.reset_every_bytes = reset_every}, kind, 0);
            for (unsigned i = 1; i <= kThousand; ++i) {
                world.put(unified_id(i),
                          R"({"type":"unified","text":")" + world.random.hex(100) + "\"}");
            }

            for (int i = 0; i < 20 && world.store.pulled().size() < kThousand; ++i) {
                world.run_through();
            }

            EXPECT_EQ(world.store.pulled().size(), kThousand) << reset_every;
            EXPECT_EQ(world.link.cuts() > 0, reset_every > 0);
            EXPECT_EQ(world.run_through(), Outcome::idle);
            passed[reset_every] = world.bytes();
        }
        EXPECT_LE(passed[30'000U], 3 * passed[0]);
        EXPECT_LE(passed[10'000U], 3 * passed[0]);
    }
}

TEST(Link, AsksForLittleWhenIdle) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        LinkWorld world({.round_trip = milliseconds(300)}, kind, 30);
        world.deliver();
        world.run();
        for (int i = 0; i < 10; ++i) {
            world.wait();
            world.run();
        }
        const auto requests = world.link.counters().requests;
        const auto bytes = world.bytes();

        world.wait();
        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.link.counters().requests, requests + 1);
        EXPECT_LE(world.bytes() - bytes, 1'000U);
    }
}

TEST(Link, CostsLessThan100KbOnAnIdleDay) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        LinkWorld world({.round_trip = milliseconds(300)}, kind, 2'000);
        world.deliver();
        world.run();
        for (int i = 0; i < 100; ++i) {
            world.wait();
            world.run();
        }
        const auto began = world.clock.now();
        const auto bytes = world.bytes();

        while (world.clock.now() - began < std::chrono::hours(24)) {
            world.wait();
            world.run();
        }

        EXPECT_LE(world.bytes() - bytes, 100'000U);
    }
}

/// How many times each body went out, and how many were asked for.
struct Sent {
    explicit Sent(const World& world) {
        for (const auto& captured : world.network.captured()) {
            const auto& request = captured.request;
            const bool docs = request.url.ends_with("_bulk_docs");
            if (!docs) continue;
            const auto body = platform::read_json(*platform::gunzip(request.body, 100'000'000));
            for (const auto& document : *body->find("docs")->array()) {
                ++times[*document.find("_id")->string()];
            }
        }
    }
    std::map<std::string, unsigned> times;
};

TEST(Link, SendsNoBodyTwiceWhenOnlyTheAnswerWasLost) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        for (const unsigned entries : {3U, 300U}) {
            World world(kind);
            for (unsigned i = 1; i <= entries; ++i) world.store.add(i, "text " + std::to_string(i));
            bool lost = false;
            world.network.on_request([&](const platform::HttpRequest& request) {
                if (lost || !request.url.ends_with("_bulk_docs")) return;
                lost = true;
                world.network.lose_next_answer();
            });

            EXPECT_EQ(world.run(), Outcome::idle);

            EXPECT_EQ(world.store.count(DeliveryState::delivered), entries);
            EXPECT_EQ(world.network.captured_count("_bulk_docs"), 1U);
        }
    }
}

TEST(Link, AsksForTwoOfABatchThatMayHaveArrivedAndDidNot) {
    World world;
    for (unsigned i = 1; i <= 300; ++i) world.store.add(i, "text " + std::to_string(i));
    unsigned pushes = 0;
    world.network.on_request([&](const platform::HttpRequest& request) {
        world.network.set_up();
        if (request.url.ends_with("_bulk_docs") && ++pushes == 1) {
            world.network.set_down(platform::NetworkError::Kind::reset);
        }
    });

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 300U);
    std::vector<std::size_t> questions;
    for (const auto& captured : world.network.captured()) {
        if (!captured.request.url.ends_with("_revs_diff")) continue;
        const std::string& body = captured.request.body;
        const auto text = platform::gunzip(body, 1'000'000);
        questions.push_back(platform::read_json(text ? *text : body)->object()->size());
    }
    ASSERT_GE(questions.size(), 2U);
    EXPECT_EQ(questions.front(), 4U);  // and the identity, and the one that can't exist
}

TEST(Link, AsksForAllThatWasHandedOutBeforeItStarted) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        World world(kind);
        for (unsigned i = 1; i <= 50; ++i) world.store.add(i, "text " + std::to_string(i));
        world.store.fail_write(1, false);  // the marks of what the server took
        EXPECT_THROW(world.run(), store::StoreError);
        for (unsigned i = 51; i <= 60; ++i) world.store.add(i, "text " + std::to_string(i));
        world.wait();
        world.start();

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.store.count(DeliveryState::delivered), 60U);
        const Sent sent(world);
        EXPECT_EQ(sent.times.size(), 60U);
        for (const auto& [id, times] : sent.times) EXPECT_EQ(times, 1U) << id;
    }
}

TEST(Link, BelievesNobodyWhoHasEverythingWithoutLooking) {
    World world;
    for (unsigned i = 1; i <= 5; ++i) world.store.add(i, "text " + std::to_string(i));
    (void)world.store.changes_after({}, {.entries_max = 5, .bytes_max = 1'000'000});
    world.model.fail_next({.status = 200, .body = "{}", .path_part = "_revs_diff"});

    EXPECT_EQ(world.run(), Outcome::captive_portal);

    EXPECT_EQ(world.store.count(DeliveryState::pending), 5U);
}

TEST(Link, ACutHalvesTheBatchAndGoesOnAtOnce) {
    World world;
    for (unsigned i = 1; i <= 2'000; ++i) world.store.add_like_a_real_one(i, world.random);
    std::vector<std::size_t> sizes;
    world.network.on_request([&](const platform::HttpRequest& request) {
        world.network.set_up();
        if (!request.url.ends_with("_bulk_docs")) return;
        sizes.push_back(request.body.size());
        if (sizes.size() <= 3) world.network.set_down(platform::NetworkError::Kind::reset);
    });
    const auto began = world.clock.now();

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.clock.now(), began);
    ASSERT_GT(sizes.size(), 4U);
    for (std::size_t i = 1; i <= 3; ++i) {
        EXPECT_NEAR(static_cast<double>(sizes[i]), static_cast<double>(sizes[i - 1]) / 2,
                    static_cast<double>(sizes[i - 1]) / 8);
    }
    EXPECT_GT(sizes[sizes.size() - 2], sizes[3]);
}

TEST(Link, IsDownWhenNothingMovesBetweenCuts) {
    World world;
    for (unsigned i = 1; i <= 500; ++i) world.store.add(i, "text " + std::to_string(i));
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url.ends_with("_bulk_docs")) {
            world.network.set_down(platform::NetworkError::Kind::reset);
        }
    });

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_GT(world.replicator->link().next.at, world.clock.now());
    EXPECT_LE(world.network.captured().size(), 2U + sync::kCutsAtOnceMax);
}

TEST(LinkPace, GrowsToWhatTheLinkCarriesInTenSeconds) {
    sync::LinkPace pace;

    for (int i = 0; i < 10; ++i) pace.carried(pace.batch_bytes(), milliseconds(500));
    EXPECT_EQ(pace.batch_bytes(), sync::kBatchBytesMax);

    for (int i = 0; i < 10; ++i) {
        const std::size_t bytes = pace.batch_bytes();
        pace.carried(bytes, milliseconds(bytes / 2));  // 2 kB/s
    }
    EXPECT_NEAR(static_cast<double>(pace.batch_bytes()), 20'000.0, 1'000.0);
}

TEST(LinkPace, KeepsToWhatPassesTwiceBetweenCuts) {
    sync::LinkPace pace;

    (void)pace.cut(60'000, milliseconds(300));
    EXPECT_EQ(pace.batch_bytes(), 24'000U);

    for (int i = 0; i < 3; ++i) pace.carried(30'000, milliseconds(500));
    EXPECT_EQ(pace.batch_bytes(), 36'000U);
}

TEST(LinkPace, StaysWithARequestThatPassedOnce) {
    sync::LinkPace pace;
    (void)pace.cut(60'000, milliseconds(300));

    for (int i = 0; i < 3; ++i) {
        pace.carried(24'000, milliseconds(500));
        (void)pace.cut(24'000, milliseconds(300));
    }
    EXPECT_EQ(pace.batch_bytes(), 24'000U);

    (void)pace.cut(24'000, milliseconds(300));
    EXPECT_EQ(pace.batch_bytes(), 9'600U);
}

TEST(LinkPace, TellsWhenACutCameSoonerThanAnyAnswer) {
    sync::LinkPace pace;
    EXPECT_FALSE(pace.cut(1'000, milliseconds(300)));

    pace.carried(1'000, milliseconds(300));

    EXPECT_TRUE(pace.cut(1'000, milliseconds(299)));
    EXPECT_FALSE(pace.cut(1'000, milliseconds(300)));
}

}  // namespace
}  // namespace tizilim
