#pragma once

#include "platform/files/descriptor.h"

#include <cstdint>
#include <string>

namespace tizilim::inside {

/// A network namespace of the calling thread, and of the programs that it starts, while this
/// object lives: the loopback interface with one more address, at which a port listens. For root.
class OwnNetwork {
public:
    OwnNetwork();
    ~OwnNetwork();
    OwnNetwork(const OwnNetwork&) = delete;
    OwnNetwork& operator=(const OwnNetwork&) = delete;

    /// Of those that are for documentation: no machine has it.
    [[nodiscard]] static std::string address() { return "198.51.100.7"; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    platform::Descriptor before_;
    platform::Descriptor listening_{-1};
    std::uint16_t port_ = 0;
};

}  // namespace tizilim::inside
