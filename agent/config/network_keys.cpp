#include "agent/config/network_keys.h"

#include "agent/config/config_check.h"
#include "agent/config/config_values.h"
#include "agent/config/network_settings.h"
#include "platform/network/loopback.h"
#include "platform/text/message.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using Folder = std::filesystem::path;
using platform::Message;

constexpr std::chrono::seconds kPollSecondsMin{5};
constexpr std::chrono::seconds kPollSecondsMax{std::chrono::hours(24)};

/// What holds of each address that requests go to.
ValueProblem check_url(const Poco::URI& url) {
    if (url.getScheme() != "https" && url.getScheme() != "http")
        return Message{"config.url_scheme"};
    if (!url.getUserInfo().empty()) return Message{"config.url_password"};
    if (url.getHost().empty()) return Message{"config.url_host"};
    return {};
}

ValueProblem check_no_query(const Poco::URI& url) {
    if (!url.getRawQuery().empty() || !url.getFragment().empty())
        return Message{"config.url_query"};
    return {};
}

ValueProblem check_database(const Poco::URI& url) {
    if (ValueProblem problem = check_url(url)) return problem;
    if (url.getPath().find_first_not_of('/') == std::string::npos)
        return Message{"config.url_database"};
    if (ValueProblem problem = check_no_query(url)) return problem;
    if (url.getScheme() == "http" && !platform::is_loopback_host(url.getHost()))
        return Message{"config.url_in_clear"};
    return {};
}

/// Also by http: Kazakhstan's authority answers by nothing else. What is asked tells nothing, and
/// what is answered is signed.
ValueProblem check_authority(const Poco::URI& url) {
    ValueProblem problem = check_url(url);
    return problem ? problem : check_no_query(url);
}

ValueProblem take_url(std::string& target, std::string_view value,
                      ValueProblem (*check)(const Poco::URI& url)) {
    const auto is_bad = [](unsigned char byte) { return byte <= ' ' || byte == 0x7f; };
    if (std::any_of(value.begin(), value.end(), is_bad)) return Message{"config.url_spaces"};
    try {
        if (ValueProblem problem = check(Poco::URI(std::string(value)))) return problem;
    } catch (const Poco::Exception&) {
        return Message{"config.url"};
    }
    target = value;
    return {};
}

ValueProblem set_url(NetworkSettings& s, std::string_view value, const Folder& /*folder*/) {
    if (ValueProblem problem = take_url(s.unified.url, value, check_database)) return problem;
    while (s.unified.url.ends_with('/')) s.unified.url.pop_back();
    return {};
}

ValueProblem set_authority(NetworkSettings& s, std::string_view value, const Folder& /*folder*/) {
    return take_url(s.timestamps.url, value, check_authority);
}

ValueProblem take_user(std::string& target, std::string_view value) {
    const auto is_bad = [](unsigned char byte) { return byte < ' ' || byte == ':'; };
    if (value.empty() || std::any_of(value.begin(), value.end(), is_bad))
        return Message{"config.user"};
    target = value;
    return {};
}

ValueProblem check_proxy(const Poco::URI& proxy) {
    if (!proxy.getUserInfo().empty()) return Message{"config.proxy_password"};
    const bool has_more = proxy.getPathEtc().find_first_not_of('/') != std::string::npos ||
                          !proxy.getFragment().empty();
    if ((proxy.getScheme() != "http" && proxy.getScheme() != "https") || proxy.getHost().empty() ||
        has_more)
        return Message{"config.proxy"};
    return {};
}

ValueProblem set_proxy(NetworkSettings& s, std::string_view value, const Folder& /*folder*/) {
    s.unified.proxy = std::string(value);
    if (value.empty()) return {};
    try {
        return check_proxy(Poco::URI(std::string(value)));
    } catch (const Poco::Exception&) {
        return Message{"config.proxy"};
    }
}

/// A cap below this has no use: one entry would take seconds, and requests would run into their
/// deadlines.
constexpr std::uint32_t kBandwidthKbpsMin = 8;

ValueProblem set_bandwidth(NetworkSettings& s, std::string_view value, const Folder& /*folder*/) {
    constexpr std::uint32_t kMost = 10'000'000;
    const auto kbps = number_of<std::uint32_t>(value, 0, kMost);
    if (!kbps || (*kbps != 0 && *kbps < kBandwidthKbpsMin))
        return Message{"config.bandwidth", {{"least", kBandwidthKbpsMin}, {"most", kMost}}};
    s.sync.bandwidth_kbps = *kbps;
    return {};
}

ValueProblem set_poll(NetworkSettings& s, std::string_view value, const Folder& /*folder*/) {
    const auto seconds =
        number_of<std::int64_t>(value, kPollSecondsMin.count(), kPollSecondsMax.count());
    if (!seconds) return whole_number(kPollSecondsMin.count(), kPollSecondsMax.count());
    s.sync.poll_interval = std::chrono::seconds(*seconds);
    return {};
}

constexpr auto kKeys = std::to_array<SettingKey<NetworkSettings>>({
    {"eds", "tsa_url", set_authority},
    {"unified", "url", set_url},
    {"unified", "user",
     [](NetworkSettings& s, std::string_view value, const Folder&) {
         return take_user(s.unified.user, value);
     }},
    {"unified", "password_file",
     [](NetworkSettings& s, std::string_view value, const Folder& folder) {
         return set_file(s.unified.password_file, value, folder);
     }},
    {"unified", "token_file",
     [](NetworkSettings& s, std::string_view value, const Folder& folder) {
         return set_file(s.unified.token_file, value, folder);
     }},
    {"unified", "ca_file",
     [](NetworkSettings& s, std::string_view value, const Folder& folder) {
         return set_file(s.unified.ca_file, value, folder);
     }},
    {"unified", "client_certificate",
     [](NetworkSettings& s, std::string_view value, const Folder& folder) {
         return set_file(s.unified.client_certificate, value, folder);
     }},
    {"unified", "proxy", set_proxy},
    {"unified", "proxy_user",
     [](NetworkSettings& s, std::string_view value, const Folder&) {
         return take_user(s.unified.proxy_user, value);
     }},
    {"unified", "proxy_password_file",
     [](NetworkSettings& s, std::string_view value, const Folder& folder) {
         return set_file(s.unified.proxy_password_file, value, folder);
     }},
    {"sync", "enabled",
     [](NetworkSettings& s, std::string_view value, const Folder&) {
         return set_yes_no(s.sync.enabled, value);
     }},
    {"sync", "poll_seconds", set_poll},
    {"sync", "bandwidth_kbps", set_bandwidth},
    {"sync", "metered",
     [](NetworkSettings& s, std::string_view value, const Folder&) {
         return set_yes_no(s.sync.metered, value);
     }},
    {"security", "require_confinement",
     [](NetworkSettings& s, std::string_view value, const Folder&) {
         return set_yes_no(s.security.require_confinement, value);
     }},
});

}  // namespace

std::span<const SettingKey<NetworkSettings>> network_keys() {
    return kKeys;
}

}  // namespace tizilim::agent
