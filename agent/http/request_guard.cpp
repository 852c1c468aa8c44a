#include "agent/http/request_guard.h"

#include "platform/text/message.h"

#include <Poco/String.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

constexpr std::string_view kOriginScheme = "http://";
constexpr std::uint16_t kHttpPort = 80;

}  // namespace

RequestGuard::RequestGuard(std::uint16_t port) {
    for (const std::string name : {"127.0.0.1", "localhost", "[::1]"}) {
        hosts_.push_back(name + ":" + std::to_string(port));
        if (port == kHttpPort) hosts_.push_back(name);
    }
}

std::optional<platform::Message> RequestGuard::refusal(const RequestOrigin& origin) const {
    const auto is_ours = [this](const std::string& host) {
        return std::find(hosts_.begin(), hosts_.end(), Poco::toLower(host)) != hosts_.end();
    };
    if (origin.hosts.size() != 1 || !is_ours(origin.hosts.front()))
        return platform::Message{"request.bad_host", {{"example", hosts_.front()}}};
    const auto is_cross = [&](const std::string& from) {
        return !from.starts_with(kOriginScheme) || !is_ours(from.substr(kOriginScheme.size()));
    };
    if (std::any_of(origin.origins.begin(), origin.origins.end(), is_cross))
        return platform::Message{"request.bad_origin"};
    return {};
}

}  // namespace tizilim::agent
