#pragma once

#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/http/endpoint.h"
#include "platform/network/stop_event.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <cstdint>
#include <memory>

namespace tizilim::agent {

/// The status port can't be opened; the message says which and what to do.
class PortError : public platform::MessageError {
public:
    using MessageError::MessageError;
};

/// The two endpoints (the root's README.md, "Operate"): the control socket for the register's
/// owner, with all paths, and the status port for anyone on this machine, with a few. Each has
/// threads of its own, so that who crowds the port is no matter to the owner.
class LocalEndpoints {
public:
    /// Both listen when it returns; port 0 takes a free one. \throws PortError, FileError
    LocalEndpoints(const StatusSettings& status, const ControlSettings& control,
                   const Services& services, platform::Log& log);
    ~LocalEndpoints();
    LocalEndpoints(const LocalEndpoints&) = delete;
    LocalEndpoints& operator=(const LocalEndpoints&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_number_; }

    /// Ends requests under way; an unfinished act is undone. Idempotent.
    void stop();

private:
    const Routes routes_;
    const std::shared_ptr<platform::StopEvent> stop_;
    std::uint16_t port_number_ = 0;
    std::unique_ptr<Endpoint> port_;
    std::unique_ptr<Endpoint> control_;
};

}  // namespace tizilim::agent
