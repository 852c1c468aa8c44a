#pragma once

#include "agent/config.h"
#include "agent/observation.h"
#include "platform/log.h"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace tizilim::agent {

/// The port can't be opened; says which and what to do.
class PortError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The local HTTP port (DESIGN): Routes behind RequestGuard, one request a connection, a few
/// threads, and a bound for all that a client can make grow.
class LocalPort {
public:
    /// Listens when it returns; port 0 takes a free one. \throws PortError
    LocalPort(const StatusSettings& settings, const Services& services, const std::string& token,
              platform::Log& log);
    ~LocalPort();
    LocalPort(const LocalPort&) = delete;
    LocalPort& operator=(const LocalPort&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// Ends requests under way; what they had not finished is undone. Idempotent.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::agent
