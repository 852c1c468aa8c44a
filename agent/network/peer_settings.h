#pragma once

#include "agent/config/network_settings.h"
#include "platform/network/http_transport.h"
#include "platform/text/message.h"
#include "sync/replicator.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

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

/// The configured peer, over libcurl.
[[nodiscard]] PeerSettings peer_settings_of(const NetworkSettings& settings);

}  // namespace tizilim::agent
