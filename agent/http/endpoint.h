#pragma once

#include "agent/http/connection.h"
#include "platform/network/local_listener.h"

#include <mutex>
#include <thread>
#include <vector>

namespace tizilim::agent {

/// Answers the clients of one listener. One of its threads waits for a request; once it has one,
/// another waits while it answers.
class Endpoint {
public:
    Endpoint(platform::LocalListener listener, EndpointContext context, unsigned threads);
    /// Set the StopEvent of `context` first, or this never ends.
    ~Endpoint() = default;
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

private:
    void serve();

    const EndpointContext context_;
    std::mutex listening_;  ///< guards listener_
    platform::LocalListener listener_;
    std::vector<std::jthread> threads_;
};

}  // namespace tizilim::agent
