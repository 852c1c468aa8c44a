#pragma once

#include "agent/delivery/sync_snapshot.h"
#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/replication/replication.h"
#include "sync/replicator.h"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace tizilim::agent {

/// Makes the transport to one peer; requests under way end when the token is stopped.
using MakeTransport = std::function<std::unique_ptr<platform::HttpTransport>(std::stop_token)>;

/// The peer to replicate with.
struct PeerSettings {
    sync::ReplicatorSettings replicator;
    MakeTransport make_transport;
    /// Why there is nothing to do (no unified.url is configured); nothing: replicate.
    std::optional<platform::Message> idle_reason{};
};

/// The one thread that talks to the peer. Owns transport and replicator, and calls step() when the
/// replicator asks for it or a person does. Safe for threads; all but stop() return at once.
class SyncLoop {
public:
    struct Surroundings {
        store::Replication& store;
        const platform::Clock& clock;
        platform::Random& random;
        platform::Log& log;
        /// Called with LinkState::peer_clock_ahead after each step in which it was read, by the
        /// loop's thread; a StoreError is logged. May be empty.
        std::function<void(std::chrono::seconds ahead_of_ours)> observe_peer_clock{};
        /// Called after every step, after another peer was configured, and when a person pauses or
        /// resumes; by any thread, with no lock held. May be empty.
        std::function<void(const SyncSnapshot& snapshot)> tell{};
    };

    /// `pause_file` exists while delivery is paused, so that a restart keeps the pause.
    SyncLoop(Surroundings surroundings, std::filesystem::path pause_file, PeerSettings peer);
    ~SyncLoop();
    SyncLoop(const SyncLoop&) = delete;
    SyncLoop& operator=(const SyncLoop&) = delete;

    /// Ends a request under way and the thread. Idempotent.
    void stop();

    /// Another peer, or the same with other credentials; ends the request under way.
    void reconfigure(PeerSettings peer);
    void pause();   ///< durable. \throws platform::FileError
    void resume();  ///< \throws platform::FileError
    /// A person asks: try now, whatever failed before.
    void sync_now();
    /// The machine may have a network again. A false alarm does no harm.
    void network_came();
    /// Something new may leave. Never call it for an entry that stays: the timing would tell.
    void pending_added();

    [[nodiscard]] SyncSnapshot snapshot() const;

private:
    void run();
    void apply_requests(std::unique_lock<std::mutex>& lock);
    void connect(std::unique_lock<std::mutex>& lock);
    void step(std::unique_lock<std::mutex>& lock);
    void report_clock(platform::Instant step_began);
    void tell(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] SyncSnapshot current() const;
    void publish();
    void wait(std::unique_lock<std::mutex>& lock, platform::Instant now);
    [[nodiscard]] bool may_step() const;
    [[nodiscard]] bool has_requests() const;

    const Surroundings with_;
    const std::filesystem::path pause_file_;

    /// The loop's own; no other thread touches them.
    std::unique_ptr<sync::Replicator> replicator_;
    std::string logged_outcome_;
    std::optional<platform::Instant> reported_clock_at_;

    mutable std::mutex mutex_;  ///< guards all below but thread_
    std::condition_variable wake_;
    bool stopping_ = false;
    bool reconnect_ = true;
    bool retry_ = false;
    bool added_ = false;
    bool network_came_ = false;
    bool paused_ = false;
    PeerSettings peer_;
    std::stop_source peer_stop_;
    std::unique_ptr<platform::HttpTransport> transport_;  ///< replaced by the loop alone
    platform::LinkCounters counted_before_;               ///< by earlier transports
    SyncSnapshot published_;

    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace tizilim::agent
