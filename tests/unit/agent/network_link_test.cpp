#include "agent/register/network_link.h"

#include "agent/delivery/backup_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/network/replication_client.h"
#include "platform/clock.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/link_state.h"
#include "store/replication/messages.h"
#include "store/replication/sync_snapshot.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/child_process.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

constexpr std::chrono::seconds kLinkPatience{30};

/// The end of a tizilim-sync.
class NetworkEnd {
public:
    explicit NetworkEnd(platform::Descriptor end)
        : stream_(platform::stream_over(std::move(end), stop_), store::kFramesOfSync),
          client_(stream_, {.notice = [this](store::Notice notice) { take(notice); },
                            .ended = [this](const platform::Message&) { has_ended = true; }}) {}
    ~NetworkEnd() { stop_->set(); }
    NetworkEnd(const NetworkEnd&) = delete;
    NetworkEnd& operator=(const NetworkEnd&) = delete;

    [[nodiscard]] bool hears(store::Notice wanted) const {
        return support::eventually(kLinkPatience, [&] {
            const std::scoped_lock lock(mutex_);
            return !notices_.empty() && notices_.back() == wanted;
        });
    }
    agent::ReplicationClient& client() { return client_; }
    std::atomic<bool> has_ended = false;

private:
    void take(store::Notice notice) {
        const std::scoped_lock lock(mutex_);
        notices_.push_back(notice);
    }

    std::shared_ptr<platform::StopEvent> stop_ = std::make_shared<platform::StopEvent>();
    mutable std::mutex mutex_;
    std::vector<store::Notice> notices_;
    platform::FrameStream stream_;
    agent::ReplicationClient client_;
};

class NetworkLinkTest : public testing::Test {
protected:
    NetworkLinkTest() {
        settings_.directory = folder_ / "register";
        settings_.recovery_cost = support::kCheapRecovery;
        store::Register::create(settings_, keys_, clock_, random_);
        registry_ = std::make_unique<store::Register>(settings_, keys_, clock_, random_);
        watch_ = std::make_unique<agent::DeliveryWatch>(
            agent::DeliveryWatch::Surroundings{.registry = *registry_,
                                               .clock = clock_,
                                               .log = log_,
                                               .utc_offset = std::chrono::hours(5),
                                               .started_at = clock_.now()},
            settings_.directory);
        start();
    }
    void start() {
        link_.reset();
        link_ = std::make_unique<agent::NetworkLink>(
            agent::NetworkLink::Surroundings{.registry = *registry_,
                                             .clock = clock_,
                                             .log = log_,
                                             .watch = *watch_,
                                             .backups = [] { return agent::BackupState{}; }},
            settings_.directory / "paused", std::nullopt);
    }
    std::unique_ptr<NetworkEnd> connect() {
        auto [ours, theirs] = platform::connected_pair();
        link_->connect(std::move(ours), {.pid = 4711, .restarts = 2}, [this] { ++ended_; });
        return std::make_unique<NetworkEnd>(std::move(theirs));
    }
    [[nodiscard]] store::SyncSnapshot report() const {
        store::SyncSnapshot report;
        report.link.emplace();
        report.link->outcome = store::Outcome::offline;
        report.counters.requests = 5;
        report.confinement = {"seccomp"};
        return report;
    }
    [[nodiscard]] bool shows(store::Outcome outcome) const {
        return support::eventually(kLinkPatience, [&] {
            const auto snapshot = link_->door().snapshot();
            return snapshot.link && snapshot.link->outcome == outcome;
        });
    }

    support::TempDirectory folder_;
    support::SimClock clock_;
    platform::SystemRandom random_;
    support::MemoryKeyStore keys_;
    store::RegisterSettings settings_;
    std::unique_ptr<store::Register> registry_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    std::unique_ptr<agent::DeliveryWatch> watch_;
    std::atomic<int> ended_ = 0;  ///< how often it was told of the end of a connection
    std::unique_ptr<agent::NetworkLink> link_;
};

TEST_F(NetworkLinkTest, SaysHowThisPcIs) {
    const auto network = connect();
    link_->door().pause();

    const auto health = network->client().replication().health();

    ASSERT_TRUE(health);
    EXPECT_EQ(health->state, "paused");
    EXPECT_EQ(health->balance_error, 0U);
    EXPECT_EQ(health->backup_age, std::nullopt);
}

TEST_F(NetworkLinkTest, KeepsAPauseOverARestartAndTellsItFirst) {
    link_->door().pause();
    start();

    const auto network = connect();

    EXPECT_TRUE(network->hears(store::Notice::paused));
    EXPECT_EQ(link_->door().snapshot().pause_reason,
              platform::Message{"delivery.paused_by_a_person"});
    link_->door().resume();
    EXPECT_TRUE(network->hears(store::Notice::resumed));
    EXPECT_EQ(link_->door().snapshot().pause_reason, std::nullopt);
}

TEST_F(NetworkLinkTest, TellsWhatAPersonAsksFor) {
    const auto network = connect();
    link_->door().sync_now();
    EXPECT_TRUE(network->hears(store::Notice::sync_now));
    link_->door().pending_added();
    EXPECT_TRUE(network->hears(store::Notice::pending_added));
}

TEST_F(NetworkLinkTest, ServesTheRegister) {
    const auto network = connect();
    EXPECT_EQ(network->client().replication().installation_id(),
              registry_->replication().installation_id());
}

TEST_F(NetworkLinkTest, ShowsTheLastReport) {
    const auto network = connect();
    network->client().report(report());
    EXPECT_TRUE(shows(store::Outcome::offline));
}

TEST_F(NetworkLinkTest, CountsOnThroughANewNetworkProgram) {
    {
        const auto network = connect();
        network->client().report(report());
        ASSERT_TRUE(shows(store::Outcome::offline));
    }
    const auto network = connect();
    EXPECT_EQ(link_->door().snapshot().counters.requests, 5U);
    network->client().report(report());
    EXPECT_TRUE(support::eventually(
        kLinkPatience, [&] { return link_->door().snapshot().counters.requests == 10; }));
    EXPECT_EQ(link_->processes().network_pid, 4711);
    EXPECT_EQ(link_->processes().network_restarts, 2U);
}

TEST_F(NetworkLinkTest, KeepsAReportThatCameBeforeItWasConnected) {
    constexpr std::uint64_t kPrograms = 200;  // it is a matter of chance
    for (std::uint64_t program = 1; program <= kPrograms; ++program) {
        auto [ours, theirs] = platform::connected_pair();
        NetworkEnd network(std::move(theirs));
        network.client().report(report());
        link_->connect(std::move(ours), {.pid = 4711, .restarts = 2}, [] {});
        ASSERT_TRUE(support::eventually(kLinkPatience, [&] {
            return link_->door().snapshot().counters.requests == 5 * program;
        }));
        ASSERT_EQ(link_->processes().network_confinement, report().confinement);
    }
}

TEST_F(NetworkLinkTest, ShowsNoConfinementWhereNoProgramRuns) {
    {
        const auto network = connect();
        network->client().report(report());
        ASSERT_TRUE(shows(store::Outcome::offline));
        EXPECT_EQ(link_->processes().network_confinement, report().confinement);
    }
    EXPECT_TRUE(support::eventually(
        kLinkPatience, [&] { return link_->processes().network_confinement.empty(); }));
}

TEST_F(NetworkLinkTest, EndsTheConnectionAtAReportThatCannotBe) {
    const auto network = connect();
    store::SyncSnapshot odd = report();
    odd.link->next.at = platform::Instant::min();
    odd.link->last_verified_at = platform::WallTime::max();

    network->client().report(odd);

    EXPECT_TRUE(support::eventually(kLinkPatience, [&] { return network->has_ended.load(); }));
    EXPECT_TRUE(
        support::eventually(kLinkPatience, [&] { return link_->processes().network_pid == 0; }));
    EXPECT_TRUE(link_->door().snapshot().link);
    EXPECT_EQ(ended_, 1);
}

TEST_F(NetworkLinkTest, HasNoProgramConnectedWhileTheBookIsDecided) {
    const auto before = connect();
    const std::string installation = before->client().replication().installation_id();

    link_->door().between_programs([this] {
        EXPECT_EQ(link_->processes().network_pid, 0);
        registry_->begin_new_book();
    });

    EXPECT_TRUE(support::eventually(kLinkPatience, [&] { return before->has_ended.load(); }));
    const auto after = connect();
    EXPECT_NE(after->client().replication().installation_id(), installation);
}

TEST_F(NetworkLinkTest, NotesThePeersClock) {
    const auto network = connect();
    store::SyncSnapshot ahead = report();
    ahead.link->peer_clock_ahead = std::chrono::hours(2);
    ahead.link->peer_clock_read_at = clock_.now();
    network->client().report(ahead);
    ASSERT_TRUE(shows(store::Outcome::offline));
    EXPECT_TRUE(support::eventually(
        kLinkPatience, [&] { return registry_->clock_state().behind_peer.has_value(); }));
}

}  // namespace
}  // namespace tizilim
