#include "agent/network/sync_loop.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "sync/replicator.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

/// How long a test waits for what should come at once.
constexpr std::chrono::seconds kPatience{60};

/// What the transports of a test have been asked, and whether they answer.
struct Wire {
    void count_request() {
        const std::scoped_lock lock(mutex);
        ++requests;
        changed.notify_all();
    }
    [[nodiscard]] bool saw_requests(std::uint64_t count) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, kPatience, [&] { return requests >= count; });
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
            .message = {"link.name_unknown"}}};
    }
    [[nodiscard]] platform::LinkCounters counters() const override {
        const std::scoped_lock lock(wire_.mutex);
        return {.requests = wire_.requests, .bytes_up = 0, .bytes_down = 0};
    }

private:
    Wire& wire_;
    std::stop_token stop_;
};

/// What a loop told, for a test to wait for.
template <class T>
class Told {
public:
    void add(const T& one) {
        const std::scoped_lock lock(mutex_);
        all_.push_back(one);
        changed_.notify_all();
    }
    [[nodiscard]] bool has(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] { return all_.size() >= count; });
    }
    [[nodiscard]] std::vector<T> all() const {
        const std::scoped_lock lock(mutex_);
        return all_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<T> all_;  ///< guarded by mutex_
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
    [[nodiscard]] std::unique_ptr<agent::SyncLoop> start(const agent::PeerSettings& settings,
                                                         bool paused = false) {
        return std::make_unique<agent::SyncLoop>(
            agent::SyncLoop::Surroundings{
                .store = registry_->replication(), .clock = clock_, .random = random_, .log = log_},
            settings, paused);
    }
    [[nodiscard]] std::unique_ptr<agent::SyncLoop> start(const agent::PeerSettings& settings,
                                                         Told<store::SyncSnapshot>& told) {
        return std::make_unique<agent::SyncLoop>(
            agent::SyncLoop::Surroundings{
                .store = registry_->replication(),
                .clock = clock_,
                .random = random_,
                .log = log_,
                .tell = [&told](const store::SyncSnapshot& snapshot) { told.add(snapshot); }},
            settings, false);
    }

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

    ASSERT_TRUE(wire_.saw_requests(1));
    loop->stop();

    const auto snapshot = loop->snapshot();
    ASSERT_TRUE(snapshot.link);
    EXPECT_EQ(snapshot.link->outcome, store::Outcome::offline);
    EXPECT_EQ(snapshot.counters.requests, 1U);
    EXPECT_NE(log_text_.str().find("outcome=offline"), std::string::npos);
}

TEST_F(SyncLoopTest, TriesAgainWhenAPersonAsks) {
    const auto loop = start(peer());
    ASSERT_TRUE(wire_.saw_requests(1));

    loop->sync_now();

    EXPECT_TRUE(wire_.saw_requests(2));
}

TEST_F(SyncLoopTest, TriesAgainWhenTheNetworkComes) {
    Told<store::SyncSnapshot> told;
    const auto loop = start(peer(), told);
    ASSERT_TRUE(told.has(3));

    loop->network_came();
    clock_.advance(std::chrono::seconds(5));
    loop->network_came();

    EXPECT_TRUE(wire_.saw_requests(2));
}

TEST_F(SyncLoopTest, TellsHowThingsStandAtTheStartAndAroundAStep) {
    Told<store::SyncSnapshot> told;
    const auto loop = start(peer(), told);

    ASSERT_TRUE(told.has(3));
    loop->stop();

    const auto all = told.all();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_FALSE(all[0].link->failing_since.has_value());
    EXPECT_FALSE(all[0].stepping_since.has_value());
    EXPECT_TRUE(all[1].stepping_since.has_value());
    EXPECT_FALSE(all[2].stepping_since.has_value());
    EXPECT_EQ(all[2].link->outcome, store::Outcome::offline);
    EXPECT_EQ(all[2].link->failures, 1U);
}

TEST_F(SyncLoopTest, TellsNothingOfAStepThatWasCutOffByItsEnd) {
    Told<store::SyncSnapshot> told;
    wire_.hangs = true;
    const auto loop = start(peer(), told);
    ASSERT_TRUE(wire_.saw_requests(1));

    loop->stop();

    const auto all = told.all();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_FALSE(all[1].link->failing_since.has_value());
}

TEST_F(SyncLoopTest, DoesNothingWithoutAPeer) {
    agent::PeerSettings none = peer();
    none.idle_reason = platform::Message{"delivery.no_url"};

    const auto loop = start(none);
    loop->sync_now();
    loop->stop();

    EXPECT_EQ(loop->snapshot().pause_reason, platform::Message{"delivery.no_url"});
    EXPECT_EQ(wire_.requests, 0U);
}

TEST_F(SyncLoopTest, MakesNoStepWhileItIsPaused) {
    const auto loop = start(peer(), true);
    loop->sync_now();
    loop->pending_added();
    loop->stop();

    EXPECT_EQ(wire_.requests, 0U);
}

TEST_F(SyncLoopTest, GoesOnAfterAResume) {
    const auto loop = start(peer());
    ASSERT_TRUE(wire_.saw_requests(1));
    loop->pause();

    loop->resume();

    EXPECT_TRUE(wire_.saw_requests(2));
}

TEST_F(SyncLoopTest, StopEndsARequestUnderWay) {
    wire_.hangs = true;
    const auto loop = start(peer());
    ASSERT_TRUE(wire_.saw_requests(1));

    loop->stop();

    EXPECT_EQ(wire_.requests, 1U);
}

}  // namespace
}  // namespace tizilim
