#pragma once

#include "agent/config/network_settings.h"
#include "platform/network/http_transport.h"
#include "platform/text/message.h"
#include "sync/replicator.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

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

/// Who is asked for time-stamps.
struct TimestampAuthority {
    std::string url;  ///< empty: nobody
    MakeTransport make_transport;
};

/// The configured peer, over libcurl.
[[nodiscard]] PeerSettings peer_settings_of(const NetworkSettings& settings);
/// The same of the authority: it is told less than the peer, and reached by the same proxy and TLS
/// rules. Nobody where synchronisation is switched off.
[[nodiscard]] TimestampAuthority timestamp_authority_of(const NetworkSettings& settings);

}  // namespace tizilim::agent
