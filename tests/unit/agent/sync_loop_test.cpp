#include "agent/network/sync_loop.h"

#include "platform/expected.h"
#include "platform/http_transport.h"
#include "platform/log.h"
#include "platform/random.h"
#include "store/register/register.h"
#include "sync/replicator.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/model_transport.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

/// What the transports of a test have been asked, and whether they answer.
struct Wire {
    void count_request() {
        const std::scoped_lock lock(mutex);
        ++requests;
        changed.notify_all();
    }
    void wait_for_requests(std::uint64_t count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return requests >= count; });
    }
    std::mutex mutex;
    std::condition_variable_any changed;
    std::uint64_t requests = 0;
    bool hangs = false;
};

/// No network: every request fails at once, or hangs until it is cancelled.
class DeadTransport final : public platform::HttpTransport {
public:
    DeadTransport(Wire& wire, std::stop_token stop) : wire_(wire), stop_(std::move(stop)) {}

    platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& /*request*/, const platform::HttpBounds& /*bounds*/) override {
        wire_.count_request();
        using Kind = platform::NetworkError::Kind;
        std::unique_lock lock(wire_.mutex);
        if (wire_.hangs) wire_.changed.wait(lock, stop_, [] { return false; });
        return platform::Unexpected{platform::NetworkError{
            .kind = stop_.stop_requested() ? Kind::cancelled : Kind::unresolved,
            .message = "name lookup failed"}};
    }
    [[nodiscard]] platform::LinkCounters counters() const override {
        const std::scoped_lock lock(wire_.mutex);
        return {.requests = wire_.requests, .bytes_up = 0, .bytes_down = 0};
    }

private:
    Wire& wire_;
    std::stop_token stop_;
};

/// A unified system two hours ahead of the SimClock, each time it is greeted anew.
class AheadTransport final : public platform::HttpTransport {
public:
    AheadTransport() {
        model_.create_database("db");
        const auto made = model_.handle({.method = platform::Method::put,
                                         .url = "https://unified.example/db/register",
                                         .headers = {{"Content-Type", "application/json"}},
                                         .body = R"({"type":"register","identity":"R1"})"});
        EXPECT_EQ(made.status, 201);
    }
    platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds) override {
        auto answer = network_.send(request, bounds);
        if (!answer) return answer;
        platform::HttpResponse dated = *answer;
        dated.headers.push_back({"date", "Mon, 02 Nov 2026 06:00:00 GMT"});
        return dated;
    }
    [[nodiscard]] platform::LinkCounters counters() const override { return network_.counters(); }

private:
    support::CouchModel model_{support::PeerKind::couchdb};
    support::ModelTransport network_{model_};
};

class SyncLoopTest : public testing::Test {
protected:
    SyncLoopTest() {
        settings_.directory = folder_ / "register";
        settings_.recovery_cost = support::kCheapRecovery;
        store::Register::create(settings_, keys_, clock_, random_);
        registry_ = std::make_unique<store::Register>(settings_, keys_, clock_, random_);
    }
    [[nodiscard]] agent::PeerSettings peer() {
        return {.replicator = {.database_url = "https://unified.example/db", .authorization = {}},
                .make_transport =
                    [this](std::stop_token stop) {
                        return std::make_unique<DeadTransport>(wire_, std::move(stop));
                    },
                .idle_reason = {}};
    }
    [[nodiscard]] std::unique_ptr<agent::SyncLoop> start(const agent::PeerSettings& settings) {
        return std::make_unique<agent::SyncLoop>(
            agent::SyncLoop::Surroundings{
                .store = registry_->replication(), .clock = clock_, .random = random_, .log = log_},
            pause_file(), settings);
    }
    [[nodiscard]] std::filesystem::path pause_file() const { return folder_ / "paused"; }

    support::TempDirectory folder_;
    support::SimClock clock_;
    platform::SystemRandom random_;
    support::MemoryKeyStore keys_;
    store::RegisterSettings settings_;
    std::unique_ptr<store::Register> registry_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    Wire wire_;
};

TEST_F(SyncLoopTest, StepsAtTheStartAndReportsTheFailure) {
    const auto loop = start(peer());

    wire_.wait_for_requests(1);
    loop->stop();

    const auto snapshot = loop->snapshot();
    ASSERT_TRUE(snapshot.link);
    EXPECT_EQ(snapshot.link->outcome, sync::Outcome::offline);
    EXPECT_EQ(snapshot.counters.requests, 1U);
    EXPECT_NE(log_text_.str().find("outcome=offline"), std::string::npos);
}

TEST_F(SyncLoopTest, TriesAgainWhenAPersonAsks) {
    const auto loop = start(peer());
    wire_.wait_for_requests(1);

    loop->sync_now();

    wire_.wait_for_requests(2);
    SUCCEED();
}

TEST_F(SyncLoopTest, TriesAgainWhenTheNetworkComes) {
    const auto loop = start(peer());
    wire_.wait_for_requests(1);
    while (!loop->snapshot().stepped_at) std::this_thread::yield();

    loop->network_came();
    clock_.advance(std::chrono::seconds(5));
    loop->network_came();

    wire_.wait_for_requests(2);
    SUCCEED();
}

TEST_F(SyncLoopTest, TellsHowThingsStandAfterAStepAndAPause) {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<agent::SyncSnapshot> told;
    agent::SyncLoop loop({.store = registry_->replication(),
                          .clock = clock_,
                          .random = random_,
                          .log = log_,
                          .tell =
                              [&](const agent::SyncSnapshot& snapshot) {
                                  const std::scoped_lock lock(mutex);
                                  told.push_back(snapshot);
                                  changed.notify_all();
                              }},
                         pause_file(), peer());
    const auto wait_for = [&](std::size_t count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return told.size() >= count; });
    };

    wait_for(2);
    loop.pause();
    loop.stop();

    ASSERT_EQ(told.size(), 3U);
    EXPECT_FALSE(told[0].link->failing_since.has_value());
    EXPECT_EQ(told[1].link->outcome, sync::Outcome::offline);
    EXPECT_EQ(told[1].link->failures, 1U);
    EXPECT_NE(told[2].pause_reason, "");
}

TEST_F(SyncLoopTest, TellsNothingOfAStepThatWasCutOffByItsEnd) {
    std::mutex mutex;
    std::vector<agent::SyncSnapshot> told;
    wire_.hangs = true;
    agent::SyncLoop loop({.store = registry_->replication(),
                          .clock = clock_,
                          .random = random_,
                          .log = log_,
                          .tell =
                              [&](const agent::SyncSnapshot& snapshot) {
                                  const std::scoped_lock lock(mutex);
                                  told.push_back(snapshot);
                              }},
                         pause_file(), peer());
    wire_.wait_for_requests(1);

    loop.stop();

    ASSERT_EQ(told.size(), 1U);
    EXPECT_FALSE(told[0].link->failing_since.has_value());
}

TEST_F(SyncLoopTest, TellsOfThePeersClockOnce) {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::chrono::seconds> told;
    agent::PeerSettings ahead = peer();
    ahead.make_transport = [](const std::stop_token&) {
        return std::make_unique<AheadTransport>();
    };
    agent::SyncLoop loop({.store = registry_->replication(),
                          .clock = clock_,
                          .random = random_,
                          .log = log_,
                          .observe_peer_clock =
                              [&](std::chrono::seconds by) {
                                  const std::scoped_lock lock(mutex);
                                  told.push_back(by);
                                  changed.notify_all();
                              }},
                         pause_file(), ahead);

    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !told.empty(); });
    }
    loop.sync_now();
    loop.stop();

    EXPECT_EQ(told, std::vector{std::chrono::seconds(7200)});
}

TEST_F(SyncLoopTest, DoesNothingWithoutAPeer) {
    agent::PeerSettings none = peer();
    none.idle_reason = "no unified.url configured";

    const auto loop = start(none);
    loop->sync_now();
    loop->stop();

    EXPECT_EQ(loop->snapshot().pause_reason, "no unified.url configured");
    EXPECT_EQ(wire_.requests, 0U);
}

TEST_F(SyncLoopTest, KeepsAPauseOverARestart) {
    agent::PeerSettings none = peer();
    none.idle_reason = "no unified.url configured";
    start(none)->pause();

    const auto again = start(peer());
    again->sync_now();
    again->stop();

    EXPECT_NE(again->snapshot().pause_reason.find("by a person"), std::string::npos);
    EXPECT_EQ(wire_.requests, 0U);
}

TEST_F(SyncLoopTest, GoesOnAfterAResume) {
    const auto loop = start(peer());
    wire_.wait_for_requests(1);
    loop->pause();

    loop->resume();

    wire_.wait_for_requests(2);
    EXPECT_FALSE(std::filesystem::exists(pause_file()));
    EXPECT_EQ(loop->snapshot().pause_reason, "");
}

TEST_F(SyncLoopTest, StopEndsARequestUnderWay) {
    wire_.hangs = true;
    const auto loop = start(peer());
    wire_.wait_for_requests(1);

    loop->stop();

    EXPECT_EQ(wire_.requests, 1U);
}

TEST_F(SyncLoopTest, ReconfigurationEndsARequestUnderWayAndStartsAfresh) {
    wire_.hangs = true;
    const auto loop = start(peer());
    wire_.wait_for_requests(1);
    agent::PeerSettings other = peer();
    other.replicator.poll_interval = std::chrono::seconds(60);

    loop->reconfigure(other);

    wire_.wait_for_requests(2);
    EXPECT_EQ(loop->snapshot().poll_interval, std::chrono::seconds(60));
}

}  // namespace
}  // namespace tizilim
