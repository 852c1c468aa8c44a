// Servers, and what stands before them, that take less than others: fewer requests, smaller ones,
// no gzip, nobody for some minutes.
#include "platform/network/http_transport.h"
#include "store/entry/codes.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/support/said.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;

constexpr std::string_view kLocked =
    R"({"error":"forbidden","reason":"Account is temporarily locked due to multiple )"
    R"(authentication failures"})";

struct LimitedWorld : World {
    explicit LimitedWorld(PeerKind kind, unsigned entries) : World(kind) {
        for (unsigned i = 1; i <= entries; ++i) store.add(i, "text " + std::to_string(i));
    }
};

bool is_gzipped(const platform::HttpRequest& request) {
    return std::ranges::any_of(request.headers, [](const platform::HttpHeader& header) {
        return header.name == "Content-Encoding";
    });
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

TEST(LockedAccount, IsWaitedFor) {
    LimitedWorld world(PeerKind::couchdb, 1);
    world.network.answer_next(403, std::string(kLocked));

    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_NE(support::said(world.replicator->link().reason).find("opens by itself"),
              std::string::npos);
    const auto next = world.replicator->link().next.at;
    EXPECT_LE(next - world.clock.now(), std::chrono::minutes(6));
    world.replicator->network_came();
    EXPECT_EQ(world.replicator->link().next.at, next) << "a network does not open it";
    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 1U);
}

TEST(LockedAccount, IsNotWhoMayNotRead) {
    LimitedWorld world(PeerKind::couchdb, 1);
    world.network.answer_next(
        403, R"({"error":"forbidden","reason":"You are not allowed to access this db."})");

    EXPECT_EQ(world.run(), Outcome::unauthorized);
}

TEST(NoGzip, IsFoundOutOnceAndNothingIsQuarantinedForIt) {
    for (const int status : {400, 403, 415}) {
        LimitedWorld world(PeerKind::couchdb, 50);
        std::size_t gzipped = 0;
        world.network.on_request([&](const platform::HttpRequest& request) {
            if (!is_gzipped(request)) return;
            ++gzipped;
            world.network.answer_next(status, "<html>blocked</html>", "text/html");
        });

        EXPECT_EQ(world.run_through(), Outcome::idle);
        for (unsigned i = 51; i <= 60; ++i) world.store.add(i);
        world.replicator->pending_added();
        EXPECT_EQ(world.run_through(), Outcome::idle);

        EXPECT_EQ(world.store.count(DeliveryState::delivered), 60U) << status;
        EXPECT_EQ(world.store.count(DeliveryState::quarantined), 0U) << status;
        EXPECT_EQ(gzipped, 1U) << status;
    }
}

/// Between the two attempts the lawyer acts.
TEST(NoGzip, SendsWhatMayLeaveByThen) {
    LimitedWorld world(PeerKind::couchdb, 1);
    world.store.add(2, "no longer to be told " + std::string(2000, 'x'));
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (!request.url.ends_with("_bulk_docs")) return;
        if (is_gzipped(request)) {
            world.store.amend(2, "what may be told");
            return world.network.answer_next(400, "blocked", "text/html");
        }
        EXPECT_EQ(plain_body(request).find("no longer to be told"), std::string::npos);
        EXPECT_NE(plain_body(request).find("what may be told"), std::string::npos);
    });

    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 2U);
}

TEST(NoGzip, QuarantinesNothingWhereThePlainBodyGetsNoAnswer) {
    LimitedWorld world(PeerKind::couchdb, 3);
    EXPECT_EQ(world.run(), Outcome::idle);
    world.store.add_like_a_real_one(4, world.random);
    world.replicator->network_came();
    world.replicator->pending_added();
    bool down = true;
    world.network.on_request([&](const platform::HttpRequest& request) {
        world.network.set_up();
        if (is_gzipped(request)) return world.network.answer_next(400, "blocked", "text/html");
        if (down && request.url.ends_with("_bulk_docs"))
            world.network.set_down(platform::NetworkError::Kind::reset);
    });

    (void)world.run();
    EXPECT_EQ(world.store.count(DeliveryState::quarantined), 0U);
    down = false;
    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 4U);
}

TEST(NoGzip, IsNotWhatARefusalOfADocumentMeans) {
    LimitedWorld world(PeerKind::couchdb, 50);
    EXPECT_EQ(world.run(), Outcome::idle);
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (plain_body(request).find(entry_id(51)) == std::string::npos) return;
        if (request.url.ends_with("_bulk_docs"))
            world.network.answer_next(400, R"({"error":"bad_request","reason":"no"})");
    });
    for (unsigned i = 51; i <= 60; ++i) world.store.add(i);
    world.replicator->pending_added();

    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_EQ(world.store.state(51), DeliveryState::quarantined);
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 59U);
    EXPECT_TRUE(std::ranges::any_of(world.network.captured(), [](const auto& captured) {
        return captured.request.url.ends_with("_bulk_docs") && is_gzipped(captured.request);
    }));
}

TEST(Question, ThatIsTooLargeIsHalvedDownToOneName) {
    for (const std::size_t names_max : {60U, 3U, 1U}) {
        LimitedWorld world(PeerKind::couchdb, 120);
        world.network.on_request([&](const platform::HttpRequest& request) {
            if (!request.url.ends_with("_revs_diff")) return;
            const std::string body = plain_body(request);
            if (count_of(body, "entry:") + count_of(body, "\"register\"") > names_max)
                world.network.answer_next(413, R"({"error":"too_large","reason":"no"})");
        });

        EXPECT_EQ(world.run_through(), Outcome::idle);

        EXPECT_EQ(world.store.count(DeliveryState::delivered), 120U) << names_max;
        // The identity and a decoy in each; where one name is the most, a revision of its own.
        const std::size_t least = names_max == 1 ? 120 : 120 / (names_max - 2);
        EXPECT_LE(world.network.captured_count("_revs_diff"), least + 12) << names_max;
    }
}

/// Somebody before the peer refuses a large question, and says yes to a small one.
TEST(Question, OfOneNameIsAnsweredByWhoLooks) {
    LimitedWorld world(PeerKind::couchdb, 3);
    bool lies = true;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (!request.url.ends_with("_revs_diff") || !lies) return;
        const std::string body = plain_body(request);
        const std::size_t names = count_of(body, "entry:") + count_of(body, "\"register\"");
        if (names > 1) return world.network.answer_next(413, R"({"error":"too_large"})");
        const bool is_of_ours = body.find(entry_id(1)) != std::string::npos;
        if (is_of_ours) world.network.answer_next(200, "{}");
    });

    EXPECT_EQ(world.run(), Outcome::captive_portal);
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 0U);
    lies = false;
    EXPECT_EQ(world.run_through(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 3U);
}

}  // namespace
}  // namespace tizilim
