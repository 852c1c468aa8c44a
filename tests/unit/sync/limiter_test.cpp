// A limiter without a burst: it puts off (429) whatever comes too soon after the last request.
#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "store/entry/codes.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using std::chrono::seconds;
using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;
using Names = std::vector<std::string>;

enum class Rule {
    second,    ///< each second request is put off
    one_in_1s  ///< and so is one that comes within a second of the last that passed
};

struct LimiterShape {
    PeerKind kind = PeerKind::couchdb;
    Rule rule = Rule::second;
    std::string retry_after{};  ///< empty: it does not say when
};

/// Every shape that is tried.
std::vector<LimiterShape> shapes() {
    std::vector<LimiterShape> all;
    for (const auto kind : {PeerKind::couchdb, PeerKind::pouchdb})
        for (const auto rule : {Rule::second, Rule::one_in_1s})
            for (const char* retry_after : {"", "1", "5"}) all.push_back({kind, rule, retry_after});
    return all;
}

struct LimiterWorld : World {
    explicit LimiterWorld(LimiterShape limiter) : World(limiter.kind), shape(limiter) {}

    void limit() {
        network.on_request([this](const platform::HttpRequest& request) {
            if (puts_off()) {
                network.answer_next({.status = 429,
                                     .headers = {{"content-type", "application/json"},
                                                 {"retry-after", shape.retry_after}},
                                     .body = R"({"error":"too_many_requests"})"});
                return;
            }
            passed.push_back(std::string(platform::method_name(request.method)) + ' ' +
                             request.url);
            if (on_passed) on_passed(request);
        });
    }

    [[nodiscard]] bool puts_off() {
        if (shape.rule == Rule::second) return ++requests % 2 == 0;
        const bool too_soon = last && clock.now() - *last < seconds(1);
        if (!too_soon) last = clock.now();
        return too_soon;
    }

    /// Through all waits, until there is nothing to do.
    [[nodiscard]] bool comes_to_rest(seconds within) {
        const auto began = clock.now();
        while (replicator->step() != Outcome::idle) {
            wait();
            if (clock.now() - began > within) return false;
        }
        return true;
    }

    LimiterShape shape;
    unsigned requests = 0;
    std::optional<platform::Instant> last;
    Names passed;
    std::function<void(const platform::HttpRequest&)> on_passed;
};

TEST(Limiter, LetsTwentyEntriesPassInNinetySeconds) {
    for (const LimiterShape& shape : shapes()) {
        LimiterWorld world(shape);
        for (unsigned i = 1; i <= 20; ++i) world.store.add(i, "text " + std::to_string(i));
        world.limit();

        EXPECT_TRUE(world.comes_to_rest(seconds(90)));

        EXPECT_EQ(world.store.count(DeliveryState::delivered), 20U);
        EXPECT_EQ(world.model.database("register")->count("entry:"), 20U);
        EXPECT_FALSE(world.replicator->link().failing_since);
    }
}

TEST(Limiter, IsAskedTheSameAgainAndNothingFromTheGreetingOn) {
    for (const LimiterShape& shape : shapes()) {
        LimiterWorld world(shape);
        for (unsigned i = 1; i <= 20; ++i) world.store.add(i, "text " + std::to_string(i));
        world.put_unified(1, 3);
        world.run();
        world.start();
        for (unsigned i = 21; i <= 40; ++i) world.store.add(i, "text " + std::to_string(i));
        world.put_unified(101, 3);
        world.limit();

        EXPECT_TRUE(world.comes_to_rest(seconds(180)));

        EXPECT_EQ(world.store.count(DeliveryState::delivered), 40U);
        EXPECT_EQ(world.store.pulled().size(), 6U);
        const auto times = [&](const std::string& request) {
            return std::ranges::count(world.passed, request);
        };
        EXPECT_EQ(times("GET http://peer/"), 1);
        EXPECT_EQ(times("GET http://peer/register/register"), 1);
        EXPECT_EQ(times("POST http://peer/register/_bulk_docs"), 1);
        EXPECT_EQ(times("POST http://peer/register/_bulk_get?revs=true"), 1);
    }
}

TEST(Limiter, LetsDocumentsPassThatAreFetchedOneByOne) {
    for (const LimiterShape& shape : shapes()) {
        LimiterWorld world(shape);
        world.put_unified(1, 15);
        world.on_passed = [&](const platform::HttpRequest& request) {
            if (request.url.find("_bulk_get") != std::string::npos)
                world.network.answer_next(404, "Cannot POST");
        };
        world.limit();

        EXPECT_TRUE(world.comes_to_rest(std::chrono::minutes(5)));

        EXPECT_EQ(world.store.pulled().size(), 15U);
    }
}

TEST(Limiter, LetsARestoredPeerBeNoticedAndMended) {
    for (const LimiterShape& shape : shapes()) {
        LimiterWorld world(shape);
        world.store.add(1, "a");
        world.run();
        const auto backup = world.model.snapshot();
        world.store.add(2, "b");
        world.replicator->pending_added();
        world.run();
        world.model.restore(backup);
        world.store.add(3, "c");
        world.start();
        world.limit();

        EXPECT_TRUE(world.comes_to_rest(std::chrono::minutes(5)));

        EXPECT_FALSE(world.store.distrusted.empty());
        EXPECT_EQ(world.store.count(DeliveryState::delivered), 3U);
        EXPECT_EQ(world.model.database("register")->count("entry:"), 3U);
    }
}

TEST(Limiter, LetsABatchBeHalvedForARefusedEntry) {
    for (const LimiterShape& shape : shapes()) {
        LimiterWorld world(shape);
        for (unsigned i = 1; i <= 8; ++i) world.store.add(i, "text " + std::to_string(i));
        world.on_passed = [&](const platform::HttpRequest& request) {
            if (plain_body(request).find(entry_id(5)) == std::string::npos) return;
            if (request.url.ends_with("_bulk_docs"))
                world.network.answer_next(400, R"({"error":"bad_request","reason":"no"})");
        };
        world.limit();

        EXPECT_TRUE(world.comes_to_rest(std::chrono::minutes(5)));

        EXPECT_EQ(world.store.state(5), DeliveryState::quarantined);
        EXPECT_EQ(world.store.count(DeliveryState::delivered), 7U);
    }
}

TEST(Limiter, LetsWhatWasForgottenBeAskedFor) {
    for (const LimiterShape& shape : shapes()) {
        LimiterWorld world(shape);
        for (unsigned i = 1; i <= 5; ++i) world.store.add(i, "text " + std::to_string(i));
        world.run();
        for (unsigned i = 1; i <= 5; ++i) world.store.withdraw(i);
        world.limit();
        world.on_passed = [&](const platform::HttpRequest&) {
            world.model.database("register")->compact();
        };

        world.replicator->pending_added();
        EXPECT_TRUE(world.comes_to_rest(std::chrono::minutes(5)));

        EXPECT_TRUE(world.store.readable.empty());
    }
}

TEST(Limiter, ThatLetsNothingPassIsGreetedAnewAndLessAndLessOften) {
    World world;
    world.store.add(1);
    unsigned greetings = 0;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url == "http://peer/") ++greetings;
        if (request.url.ends_with("_bulk_docs"))
            world.network.answer_next(429, R"({"error":"too_many_requests"})");
    });

    std::chrono::nanoseconds longest{};
    for (int i = 0; i < 60; ++i) {
        EXPECT_EQ(world.run(), Outcome::offline);
        longest = std::max<std::chrono::nanoseconds>(
            longest, world.replicator->link().next.at - world.clock.now());
        world.wait();
    }

    EXPECT_GE(greetings, 3U);
    EXPECT_LE(greetings, 20U);
    EXPECT_GT(longest, std::chrono::minutes(2));
}

TEST(Limiter, IsNotTakenForARestartByAnotherAnswer) {
    World world;
    world.store.add(1);
    world.model.fail_next(
        {.status = 503, .body = R"({"error":"busy"})", .path_part = "_bulk_docs"});

    EXPECT_EQ(world.run(), Outcome::offline);
    world.network.forget_captured();
    world.wait();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.asked().front(), "GET ");
}

}  // namespace
}  // namespace tizilim
