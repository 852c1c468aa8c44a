#pragma once

#include <stop_token>

namespace tizilim::platform {

/// Reports that the machine's network changed: a link, an address or a route comes or goes. It may
/// report without a change and miss one: nothing may depend on it. NetlinkWatch in production, a
/// model in tests.
class NetworkWatch {
public:
    virtual ~NetworkWatch() = default;

    /// Blocks until something changed and was then quiet for a moment, or until `stop`. False: it
    /// was stopped, or the network can no longer be watched. One thread at a time.
    [[nodiscard]] virtual bool wait(const std::stop_token& stop) = 0;

    /// A link other than the loopback is up and has an address: there may be a way out.
    [[nodiscard]] virtual bool has_network() const = 0;
};

}  // namespace tizilim::platform
