#pragma once

#include "platform/network/frame_stream.h"
#include "platform/text/message.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace tizilim::agent {

/// The register as the network's program has it: calls go over a stream to `tizilim-register`
/// (ReplicationServer), and what it tells unasked is heard by a thread of its own.
class ReplicationClient {
public:
    /// Both are called by the thread that hears.
    struct Heard {
        std::function<void(store::Notice notice)> notice;
        /// The register's program is gone, or said what cannot be understood. Called once.
        std::function<void(const platform::Message& why)> ended;
    };
    /// `stream` outlives it, and ends (by its StopEvent) before it does.
    ReplicationClient(platform::FrameStream& stream, Heard heard);
    ~ReplicationClient() = default;
    ReplicationClient(const ReplicationClient&) = delete;
    ReplicationClient& operator=(const ReplicationClient&) = delete;

    /// Safe for threads, one call at a time. Each call throws StoreError once the other side is
    /// gone.
    [[nodiscard]] store::Replication& replication() { return replication_; }

    void report(const store::SyncSnapshot& snapshot);

private:
    store::Reply ask(const store::Call& call);
    void hear();
    /// What is wrong with the frame; nothing: it was good.
    std::optional<platform::Message> take(const std::string& frame);

    platform::FrameStream& stream_;
    const Heard heard_;
    store::RemoteReplication replication_;
    std::mutex asking_;  ///< held for a call and its reply
    std::mutex mutex_;   ///< guards the three below
    std::condition_variable answered_;
    bool is_asking_ = false;
    bool ended_ = false;
    std::optional<store::Reply> reply_;
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace tizilim::agent
