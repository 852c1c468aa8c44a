#include "agent/network/network_loop.h"

#include "platform/network/network_watch.h"
#include "platform/text/log.h"
#include "tests/support/sim_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>

namespace tizilim {
namespace {

using namespace std::chrono_literals;

/// A network that changes when the test says so.
struct Network {
    void change(bool is_there) {
        const std::scoped_lock lock(mutex);
        there = is_there;
        ++changes;
        changed.notify_all();
    }
    void end() {
        const std::scoped_lock lock(mutex);
        ended = true;
        changed.notify_all();
    }
    void came() {
        const std::scoped_lock lock(mutex);
        ++told;
        changed.notify_all();
    }
    void wait_until_told(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return told >= count; });
    }
    /// Every change has been seen, and the watch waits for another.
    void wait_until_seen() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting && seen == changes; });
    }
    std::mutex mutex;
    std::condition_variable_any changed;
    bool there = false;
    bool ended = false;
    bool waiting = false;
    int changes = 0;
    int seen = 0;
    int told = 0;
};

class FakeWatch final : public platform::NetworkWatch {
public:
    explicit FakeWatch(Network& network) : network_(network) {}
    [[nodiscard]] bool wait(const std::stop_token& stop) override {
        std::unique_lock lock(network_.mutex);
        network_.waiting = true;
        network_.changed.notify_all();
        const bool woken = network_.changed.wait(
            lock, stop, [this] { return network_.ended || network_.seen < network_.changes; });
        network_.waiting = false;
        if (!woken || network_.ended) return false;
        network_.seen = network_.changes;
        return true;
    }
    [[nodiscard]] bool has_network() const override {
        const std::scoped_lock lock(network_.mutex);
        return network_.there;
    }

private:
    Network& network_;
};

class NetworkLoopTest : public testing::Test {
protected:
    std::unique_ptr<agent::NetworkLoop> start(std::chrono::milliseconds rest) {
        return std::make_unique<agent::NetworkLoop>(
            std::make_unique<FakeWatch>(network_), [this] { network_.came(); }, log_, rest);
    }

    support::SimClock clock_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    Network network_;
};

TEST_F(NetworkLoopTest, TellsThatTheNetworkCame) {
    const auto loop = start(0ms);

    network_.change(true);
    network_.wait_until_told(1);
    network_.change(true);
    network_.wait_until_told(2);

    loop->stop();
    EXPECT_EQ(network_.told, 2);
    EXPECT_EQ(log_text_.str(), "");
}

TEST_F(NetworkLoopTest, TellsNothingOfANetworkThatGoes) {
    const auto loop = start(0ms);

    network_.change(false);
    network_.wait_until_seen();

    loop->stop();
    EXPECT_EQ(network_.told, 0);
}

TEST_F(NetworkLoopTest, RestsBetweenTwoTellings) {
    const auto loop = start(1h);
    network_.change(true);
    network_.wait_until_told(1);

    network_.change(true);
    loop->stop();  // at once, in the middle of a rest

    EXPECT_EQ(network_.told, 1);
}

TEST_F(NetworkLoopTest, SaysOnceThatTheNetworkIsNotWatchedAnyMore) {
    const auto loop = start(0ms);

    network_.end();
    while (log_text_.str().empty()) std::this_thread::yield();

    loop->stop();
    EXPECT_THAT(log_text_.str(), testing::HasSubstr("event=network_not_watched"));
}

}  // namespace
}  // namespace tizilim
