#include "platform/clock.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "sync/replicator.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using std::chrono::seconds;
using sync::Outcome;

/// The network of a World, on which every answer bears a date; empty: none does.
class DatingTransport final : public platform::HttpTransport {
public:
    DatingTransport(platform::HttpTransport& network, std::string date)
        : network_(network), date_(std::move(date)) {}

    platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds) override {
        auto answer = network_.send(request, bounds);
        if (!answer || date_.empty()) return answer;
        platform::HttpResponse dated = *answer;
        dated.headers.push_back({"date", date_});
        return dated;
    }
    [[nodiscard]] platform::LinkCounters counters() const override { return network_.counters(); }
    void show(const std::string& date) { date_ = date; }

private:
    platform::HttpTransport& network_;
    std::string date_;
};

/// The SimClock shows 04:00.
struct DatedWorld : World {
    DatedWorld() {
        replicator = std::make_unique<sync::Replicator>(
            sync::ReplicatorSettings{.database_url = "http://peer/register", .authorization = {}},
            dating, store, clock, random);
    }
    DatingTransport dating{network, "Mon, 02 Nov 2026 06:00:00 GMT"};
};

TEST(PeerClock, IsComparedWithOursAtEveryExchange) {
    DatedWorld world;

    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(world.replicator->link().peer_clock_ahead, seconds(7200));

    world.dating.show("Mon, 02 Nov 2026 04:00:00 GMT");
    world.clock.set_wall(world.clock.wall_now() + seconds(30));
    world.replicator->retry_now();
    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(world.replicator->link().peer_clock_ahead, seconds(-30));
}

TEST(PeerClock, IsNotTakenFromALoginPage) {
    DatedWorld world;
    world.network.answer_next(200, "<html></html>", "text/html");

    EXPECT_EQ(world.run(), Outcome::captive_portal);

    EXPECT_FALSE(world.replicator->link().peer_clock_ahead);
}

TEST(PeerClock, IsNotTakenFromWhoeverAnsweredBeforeThePeer) {
    DatedWorld world;
    world.network.answer_next(200, R"({"couchdb":"Welcome"})");
    ASSERT_EQ(world.run(), Outcome::captive_portal);

    world.dating.show("");
    ASSERT_EQ(world.run_through(), Outcome::idle);

    EXPECT_FALSE(world.replicator->link().peer_clock_ahead);
}

TEST(PeerClock, IsKnownFromBeforeWhileTheLinkIsDown) {
    DatedWorld world;
    ASSERT_EQ(world.run(), Outcome::idle);

    world.network.set_down(platform::NetworkError::Kind::unreachable);
    world.replicator->retry_now();
    EXPECT_EQ(world.run(), Outcome::offline);

    EXPECT_EQ(world.replicator->link().peer_clock_ahead, seconds(7200));
}

}  // namespace
}  // namespace tizilim
