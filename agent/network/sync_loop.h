#pragma once

#include "agent/network/peer_settings.h"
#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"
#include "sync/replicator.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace tizilim::agent {

/// The one thread that talks to the peer. Owns transport and replicator, and calls step() when the
/// replicator asks for it or a person does. Safe for threads; all but stop() return at once.
class SyncLoop {
public:
    struct Surroundings {
        store::Replication& store;
        const platform::Clock& clock;
        platform::Random& random;
        platform::Log& log;
        /// Called when a step begins and when it ended, and when the peer was connected to; by the
        /// loop's thread, with no lock held. May be empty.
        std::function<void(const store::SyncSnapshot& snapshot)> tell{};
    };

    /// `paused`: no step is made before resume().
    SyncLoop(Surroundings surroundings, PeerSettings peer, bool paused);
    ~SyncLoop();
    SyncLoop(const SyncLoop&) = delete;
    SyncLoop& operator=(const SyncLoop&) = delete;

    /// Ends a request under way and the thread. Idempotent.
    void stop();

    void pause();   ///< after the request under way
    void resume();  ///< and try at once
    /// A person asks: try now, whatever failed before.
    void sync_now();
    /// The machine may have a network again. A false alarm does no harm.
    void network_came();
    /// Something new may leave. Never call it for an entry that stays: the timing would tell.
    void pending_added();

    [[nodiscard]] store::SyncSnapshot snapshot() const;

private:
    void run();
    void apply_requests();
    void connect(std::unique_lock<std::mutex>& lock);
    void step(std::unique_lock<std::mutex>& lock);
    void tell(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] store::SyncSnapshot current() const;
    void publish();
    void wait(std::unique_lock<std::mutex>& lock, platform::Instant now);
    [[nodiscard]] bool may_step() const;
    [[nodiscard]] bool has_requests() const;

    const Surroundings with_;
    const PeerSettings peer_;
    std::stop_source peer_stop_;

    /// The loop's own; no other thread touches them.
    std::unique_ptr<sync::Replicator> replicator_;
    std::string logged_outcome_;

    mutable std::mutex mutex_;  ///< guards all below but thread_
    std::condition_variable wake_;
    bool stopping_ = false;
    bool retry_ = false;
    bool added_ = false;
    bool network_came_ = false;
    bool paused_ = false;
    std::unique_ptr<platform::HttpTransport> transport_;  ///< made by the loop
    store::SyncSnapshot published_;

    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace tizilim::agent
