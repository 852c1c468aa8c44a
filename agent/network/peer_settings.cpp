#include "agent/network/peer_settings.h"

#include "agent/config/network_settings.h"
#include "platform/curl/curl_transport.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>

namespace tizilim::agent {
namespace {

std::uint64_t bytes_per_second(std::uint64_t kbps) {
    constexpr std::uint64_t kBitsPerKilobit = 1000;
    return kbps * kBitsPerKilobit / 8;
}

platform::CurlOptions options_of(const NetworkSettings& settings) {
    const UnifiedSettings& unified = settings.unified;
    return {.ca_file = unified.ca_file,
            .client_certificate = unified.client_certificate,
            .proxy = unified.proxy,
            .proxy_user = unified.proxy_user,
            .proxy_password = unified.proxy_password,
            .user_agent = "tizilim/" TIZILIM_VERSION,
            .bytes_per_second_max = bytes_per_second(settings.sync.bandwidth_kbps)};
}

/// May be made once no file can be read any more.
MakeTransport transports_with(platform::CurlOptions options) {
    platform::hold_certificates(options);
    return [options = std::move(options)](std::stop_token stop) {
        return std::make_unique<platform::CurlTransport>(options, std::move(stop));
    };
}

}  // namespace

PeerSettings peer_settings_of(const NetworkSettings& settings) {
    return {.replicator = {.database_url = settings.unified.url,
                           .authorization = settings.unified.authorization,
                           .poll_interval = settings.sync.poll_interval,
                           .metered = settings.sync.metered},
            .make_transport = transports_with(options_of(settings)),
            .idle_reason = idle_reason(settings)};
}

TimestampAuthority timestamp_authority_of(const NetworkSettings& settings) {
    if (!settings.sync.enabled) return {};
    platform::CurlOptions options = options_of(settings);
    options.client_certificate.clear();
    options.user_agent = "tizilim";
    return {.url = settings.timestamps.url, .make_transport = transports_with(std::move(options))};
}

}  // namespace tizilim::agent
