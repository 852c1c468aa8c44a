#pragma once

#include "agent/http/connection.h"
#include "platform/local_listener.h"

#include <mutex>
#include <thread>
#include <vector>

namespace tizilim::agent {

/// Answers the clients of one listener. One of its threads listens, the others answer; who has got
/// a request lets another listen.
class Endpoint {
public:
    Endpoint(platform::LocalListener listener, EndpointContext context, unsigned threads);
    /// The StopEvent of `context` was set before, or this never ends.
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
