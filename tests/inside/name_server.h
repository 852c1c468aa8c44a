#pragma once

#include "platform/files/descriptor.h"

#include <stop_token>
#include <thread>

namespace tizilim::inside {

/// A server of names at 127.0.0.1, port 53, of the network of the thread that makes it: every name
/// is this machine.
class NameServer {
public:
    NameServer();

private:
    void serve(const std::stop_token& stop) const;

    platform::Descriptor socket_;
    std::jthread thread_;  ///< last: it uses the socket
};

}  // namespace tizilim::inside
