#include "agent/network/sync_program.h"

#include "agent/network/network_loop.h"
#include "agent/network/peer_settings.h"
#include "agent/network/replication_client.h"
#include "agent/network/sync_loop.h"
#include "agent/network/timestamp_loop.h"
#include "agent/processes/orders.h"
#include "platform/clock.h"
#include "platform/files/descriptor.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "platform/process/confinement.h"
#include "platform/process/signals.h"
#include "platform/process/this_program.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/replication/link_state.h"
#include "store/replication/messages.h"
#include "store/replication/sync_snapshot.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace tizilim::agent {
namespace {

/// A loop that makes no step for this long, although one is due or under way, hangs: each request
/// in a step has a deadline well below.
constexpr std::chrono::minutes kHangsAfter{5};

class Program {
public:
    Program(PeerSettings peer, TimestampAuthority authority, SyncHandover handed,
            platform::Confinement confinement, platform::Log& log)
        : confinement_(std::move(confinement)),
          log_(log),
          orders_(platform::stream_over(std::move(handed.orders), stop_), kOrderBytesMax),
          stream_(platform::stream_over(std::move(handed.replication), stop_),
                  store::kFramesOfSync),
          client_(stream_, {.notice = [this](store::Notice notice) { take(notice); },
                            .ended =
                                [this](const platform::Message& why) {
                                    if (why.code != "frame.register_gone")
                                        log_.error("register_not_understood",
                                                   {{"reason", platform::in_english(why)}});
                                    if (!stop_->is_set()) platform::end_this_program();
                                }}),
          loop_({.store = client_.replication(),
                 .clock = clock_,
                 .random = random_,
                 .log = log_,
                 .tell = [this](const store::SyncSnapshot& snapshot) { tell(snapshot); }},
                std::move(peer), true),
          timestamps_(
              {.store = client_.replication(), .clock = clock_, .random = random_, .log = log_},
              std::move(authority)),
          supervisor_([this] { wait_for_supervisor(); }) {
        {
            const std::scoped_lock lock(mutex_);
            is_running_ = true;
        }
        began_.notify_all();
        network_ = watch_network([this] { loop_.network_came(); }, log_);
    }

    void run() {
        // A new configuration is for the next tizilim-sync.
        while (platform::wait_for_signal() == platform::Signal::reload) {
        }
        network_.reset();
        loop_.stop();
        timestamps_.stop();
        stop_->set();
    }

private:
    /// The register's program may tell something before the loop is there.
    void take(store::Notice notice) {
        {
            std::unique_lock lock(mutex_);
            began_.wait(lock, [this] { return is_running_; });
        }
        switch (notice) {
            case store::Notice::pending_added:
                return loop_.pending_added();
            case store::Notice::sync_now:
                return loop_.sync_now();
            case store::Notice::paused:
                timestamps_.pause();
                return loop_.pause();
            case store::Notice::resumed:
                timestamps_.resume();
                return loop_.resume();
        }
    }

    void tell(store::SyncSnapshot snapshot) {
        snapshot.confinement = confinement_;
        client_.report(snapshot);
        const auto now = clock_.now();
        Expect expect;
        if (snapshot.stepping_since || (snapshot.due_at && *snapshot.due_at <= now)) {
            expect.within = kHangsAfter;
        } else if (snapshot.due_at && store::is_scheduled(*snapshot.due_at, now)) {
            expect.within =
                kHangsAfter + std::chrono::ceil<std::chrono::milliseconds>(*snapshot.due_at - now);
        }
        static_cast<void>(orders_.write(frame_of(expect)));
    }

    /// tizilimd says nothing: the end of the pair is its own end.
    void wait_for_supervisor() {
        while (orders_.read()) {
        }
        if (!stop_->is_set()) platform::end_this_program();
    }

    const platform::Confinement confinement_;
    platform::Log& log_;
    const platform::SystemClock clock_;
    platform::SystemRandom random_;
    const std::shared_ptr<platform::StopEvent> stop_ = std::make_shared<platform::StopEvent>();
    std::mutex mutex_;  ///< guards is_running_
    std::condition_variable began_;
    bool is_running_ = false;
    platform::FrameStream orders_;
    platform::FrameStream stream_;
    ReplicationClient client_;
    SyncLoop loop_;
    TimestampLoop timestamps_;
    std::unique_ptr<NetworkLoop> network_;  ///< null: the network can't be watched
    std::jthread supervisor_;
};

}  // namespace

void run_sync(PeerSettings peer, TimestampAuthority authority, SyncHandover handed,
              const platform::Confinement& confinement, platform::Log& log) {
    Program(std::move(peer), std::move(authority), std::move(handed), confinement, log).run();
}

}  // namespace tizilim::agent
