#pragma once

#include "agent/network/replication_client.h"
#include "agent/register/replication_server.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"

#include <memory>
#include <optional>
#include <utility>

namespace tizilim::support {

/// A register as `tizilim-sync` has it: its calls go over a pair of sockets.
class ReplicationOverPair {
public:
    /// `served` outlives it.
    explicit ReplicationOverPair(store::Replication& served) {
        auto [ours, theirs] = platform::connected_pair();
        near_.emplace(platform::stream_over(std::move(ours), stop_), store::kFramesOfRegister);
        far_.emplace(platform::stream_over(std::move(theirs), stop_), store::kFramesOfSync);
        server_.emplace(
            *near_, served,
            agent::ReplicationServer::Heard{.report = [](const auto&) { return std::nullopt; },
                                            .ended = [](const auto&) {}});
        client_.emplace(*far_, agent::ReplicationClient::Heard{.notice = [](auto) {},
                                                               .ended = [](const auto&) {}});
    }
    ~ReplicationOverPair() { stop_->set(); }
    ReplicationOverPair(const ReplicationOverPair&) = delete;
    ReplicationOverPair& operator=(const ReplicationOverPair&) = delete;

    [[nodiscard]] store::Replication& replication() { return client_->replication(); }

private:
    std::shared_ptr<platform::StopEvent> stop_ = std::make_shared<platform::StopEvent>();
    std::optional<platform::FrameStream> near_;
    std::optional<platform::FrameStream> far_;
    std::optional<agent::ReplicationServer> server_;
    std::optional<agent::ReplicationClient> client_;
};

}  // namespace tizilim::support
