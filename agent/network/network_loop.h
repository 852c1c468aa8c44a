#pragma once

#include "platform/network/network_watch.h"
#include "platform/text/log.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

namespace tizilim::agent {

/// The least time between two calls of `came`: a link that flaps must not make us try without
/// pause.
inline constexpr std::chrono::milliseconds kNetworkRest{10'000};

/// A thread that waits for the network to change and then calls `came`. Without it delivery works,
/// but later.
class NetworkLoop {
public:
    /// `came` is called by the loop's thread after a change if there is a network.
    NetworkLoop(std::unique_ptr<platform::NetworkWatch> watch, std::function<void()> came,
                platform::Log& log, std::chrono::milliseconds rest = kNetworkRest);
    ~NetworkLoop() = default;
    NetworkLoop(const NetworkLoop&) = delete;
    NetworkLoop& operator=(const NetworkLoop&) = delete;

    /// Ends the thread. Idempotent.
    void stop();

private:
    void run(const std::stop_token& stop);

    const std::unique_ptr<platform::NetworkWatch> watch_;
    const std::function<void()> came_;
    platform::Log& log_;
    const std::chrono::milliseconds rest_;
    std::jthread thread_;  ///< last: it uses all the others
};

/// Watches this machine's network; null where the kernel does not allow that, which is logged.
[[nodiscard]] std::unique_ptr<NetworkLoop> watch_network(std::function<void()> came,
                                                         platform::Log& log);

}  // namespace tizilim::agent
