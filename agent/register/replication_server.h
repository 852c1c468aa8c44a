#pragma once

#include "platform/expected.h"
#include "platform/network/frame_stream.h"
#include "platform/text/message.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace tizilim::agent {

/// Serves Replication to one `tizilim-sync`, whose frames are untrusted: one that is out of shape
/// ends the connection, and nothing else of the register. At most one frame is in memory.
class ReplicationServer {
public:
    /// Both are called by the server's thread.
    struct Heard {
        /// Says what is wrong with it, if something is: then the connection ends.
        std::function<std::optional<platform::Message>(const store::SyncSnapshot& report)> report;
        /// How this PC is, for the centre; empty: the register itself is asked. \throws StoreError
        std::function<std::optional<store::PcHealth>()> health{};
        /// Why no more comes, unless the stream was stopped here. Called once.
        std::function<void(const platform::Message& why)> ended;
    };
    ReplicationServer(platform::FrameStream& stream, store::Replication& replication, Heard heard);
    ~ReplicationServer() = default;
    ReplicationServer(const ReplicationServer&) = delete;
    ReplicationServer& operator=(const ReplicationServer&) = delete;

    /// Returns at once, also where the other side reads nothing. Safe for threads.
    void tell(store::Notice notice);

private:
    void serve();
    void send_notices(const std::stop_token& stop);
    [[nodiscard]] platform::Expected<store::Reply, platform::Message> answer_to(
        const store::Call& call);
    /// What is wrong with the frame, or that nobody takes the reply; nothing: it was good.
    std::optional<platform::Message> take(const std::string& frame);

    platform::FrameStream& stream_;
    store::Replication& replication_;
    const Heard heard_;
    std::mutex mutex_;  ///< guards notices_
    std::condition_variable_any told_;
    std::vector<store::Notice> notices_;  ///< to be sent; each once
    /// Last: they use all the others.
    std::jthread sender_;
    std::jthread server_;
};

}  // namespace tizilim::agent
