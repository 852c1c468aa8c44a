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

}  // namespace

PeerSettings peer_settings_of(const NetworkSettings& settings) {
    const UnifiedSettings& unified = settings.unified;
    platform::CurlOptions options{
        .ca_file = unified.ca_file,
        .client_certificate = unified.client_certificate,
        .proxy = unified.proxy,
        .proxy_user = unified.proxy_user,
        .proxy_password = unified.proxy_password,
        .user_agent = "tizilim/" TIZILIM_VERSION,
        .bytes_per_second_max = bytes_per_second(settings.sync.bandwidth_kbps)};
    platform::hold_certificates(options);
    return {.replicator = {.database_url = unified.url,
                           .authorization = unified.authorization,
                           .poll_interval = settings.sync.poll_interval,
                           .metered = settings.sync.metered},
            .make_transport =
                [options](std::stop_token stop) {
                    return std::make_unique<platform::CurlTransport>(options, std::move(stop));
                },
            .idle_reason = idle_reason(settings)};
}

}  // namespace tizilim::agent
