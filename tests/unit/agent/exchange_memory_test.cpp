#include "agent/delivery/exchange_memory.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/network/sync_loop.h"
#include "platform/text/log.h"
#include "store/replication/link_state.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/observations.h"
#include "tests/unit/agent/running_agent.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace tizilim {
namespace {

using namespace std::chrono_literals;

constexpr auto kPeer = "https://peer/register";

class ExchangeMemory : public testing::Test {
protected:
    ExchangeMemory() { start(); }
    /// As after an end that came without a word.
    void start() { memory_ = std::make_unique<agent::ExchangeMemory>(file_, log_); }
    /// An exchange that succeeded `ago`.
    static agent::AgentFacts succeeded(std::chrono::milliseconds ago = 0ms) {
        auto facts = support::synced_facts();
        facts.sync.link->succeeded_at = facts.now - ago;
        return facts;
    }
    static agent::AgentFacts failed() {
        auto facts = support::synced_facts();
        facts.sync.link->succeeded_at.reset();
        facts.sync.link->outcome = store::Outcome::offline;
        facts.sync.link->failing_since = facts.wall_now;
        return facts;
    }
    /// The same after some time.
    static agent::AgentFacts later(agent::AgentFacts facts, std::chrono::milliseconds by) {
        facts.now += by;
        facts.wall_now += by;
        if (facts.sync.link->succeeded_at) *facts.sync.link->succeeded_at += by;
        return facts;
    }

    support::TempDirectory folder_;
    std::filesystem::path file_ = folder_ / "exchange.json";
    support::SimClock clock_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    std::unique_ptr<agent::ExchangeMemory> memory_;
};

TEST_F(ExchangeMemory, KnowsTheFirstExchangeThroughAnyEnd) {
    EXPECT_FALSE(memory_->with(kPeer).has_value());
    memory_->note(kPeer, succeeded(2s));

    start();

    ASSERT_TRUE(memory_->with(kPeer).has_value());
    EXPECT_EQ(memory_->with(kPeer)->succeeded_at, support::wall_time(14, 0) - 2s);
    EXPECT_FALSE(memory_->with(kPeer)->failed_since);
}

TEST_F(ExchangeMemory, KnowsThatOneFailedSince) {
    memory_->note(kPeer, succeeded());
    memory_->note(kPeer, later(failed(), 1s));
    start();
    EXPECT_TRUE(memory_->with(kPeer)->failed_since);

    memory_->note(kPeer, later(succeeded(), 2s));
    start();
    EXPECT_FALSE(memory_->with(kPeer)->failed_since);
}

TEST_F(ExchangeMemory, KnowsOfNoExchangeThatOnlyEverFailed) {
    memory_->note(kPeer, failed());
    memory_->stop();
    start();
    EXPECT_FALSE(memory_->with(kPeer).has_value());
}

TEST_F(ExchangeMemory, IsOfOneUnifiedSystem) {
    memory_->note(kPeer, succeeded());
    EXPECT_FALSE(memory_->with("https://another/register").has_value());
    EXPECT_TRUE(memory_->with(kPeer).has_value());
}

TEST_F(ExchangeMemory, LosesTenMinutesAtMostByAnUncleanEnd) {
    memory_->note(kPeer, succeeded());
    memory_->note(kPeer, later(succeeded(), 9min));
    start();
    EXPECT_EQ(memory_->with(kPeer)->succeeded_at, support::wall_time(14, 0));

    memory_->note(kPeer, later(succeeded(), 20min));
    memory_->note(kPeer, later(succeeded(), 31min));
    start();
    EXPECT_EQ(memory_->with(kPeer)->succeeded_at, support::wall_time(14, 31));
}

TEST_F(ExchangeMemory, LosesNothingByACleanEnd) {
    memory_->note(kPeer, succeeded());
    memory_->note(kPeer, later(succeeded(), 9min));
    memory_->stop();
    start();
    EXPECT_EQ(memory_->with(kPeer)->succeeded_at, support::wall_time(14, 9));
}

TEST_F(ExchangeMemory, BeginsAtNothingWhenItsFileIsNone) {
    for (const char* const text :
         {"", "{}", R"({"peer":"https://peer/register"})",
          R"({"peer":"https://peer/register","succeeded_at":-5,"failed_since":false})",
          R"({"peer":"https://peer/register","succeeded_at":5,"failed_since":"no"})"}) {
        std::ofstream(file_) << text;
        start();
        EXPECT_FALSE(memory_->with(kPeer).has_value()) << text;
    }
}

/// What a status says through restarts of all that remembers.
class WatchedExchange : public testing::Test {
protected:
    WatchedExchange() {
        snapshot_.peer = kPeer;
        snapshot_.link.emplace();
        start();
    }
    void start() {
        watch_ = std::make_unique<agent::DeliveryWatch>(
            agent::DeliveryWatch::Surroundings{.registry = agent_.registry(),
                                               .clock = agent_.clock(),
                                               .log = agent_.log(),
                                               .utc_offset = 5h,
                                               .started_at = agent_.clock().now()},
            folder_.path());
    }
    void exchange() {
        snapshot_.link->succeeded_at = agent_.clock().now();
        watch_->note(snapshot_);
    }
    void restart() {
        watch_->stop();
        start();
        snapshot_.link->succeeded_at.reset();
    }
    [[nodiscard]] agent::State state() const {
        return agent::agent_state(watch_->facts(snapshot_)).state;
    }

    support::RunningAgent agent_;
    support::TempDirectory folder_;
    store::SyncSnapshot snapshot_;
    std::unique_ptr<agent::DeliveryWatch> watch_;
};

TEST_F(WatchedExchange, IsRememberedThroughARestart) {
    EXPECT_EQ(state(), agent::State::pending);
    exchange();
    restart();
    EXPECT_EQ(state(), agent::State::synced);

    agent_.clock().advance(1h);
    EXPECT_EQ(state(), agent::State::pending);
}

TEST_F(WatchedExchange, IsRememberedWhenTheSameUnifiedSystemIsConfiguredAnew) {
    exchange();
    snapshot_.link->succeeded_at.reset();
    EXPECT_EQ(state(), agent::State::synced);

    snapshot_.peer = "https://another/register";
    EXPECT_EQ(state(), agent::State::pending);
}

TEST_F(WatchedExchange, CountsForNothingWhileTheClockIsInDoubt) {
    exchange();
    agent_.clock().advance(2h);
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kLocalEntry).status, 201);
    restart();
    agent_.clock().set_wall(agent_.clock().wall_now() - 90min);

    EXPECT_EQ(state(), agent::State::pending);
}

}  // namespace
}  // namespace tizilim
