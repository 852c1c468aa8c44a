#pragma once

#include "agent/api/page_sessions.h"
#include "agent/api/routes.h"
#include "agent/config/config.h"
#include "agent/http/endpoint.h"
#include "platform/network/listening_socket.h"
#include "platform/network/stop_event.h"
#include "platform/text/log.h"

#include <chrono>
#include <cstdint>
#include <memory>

namespace tizilim::agent {

/// The listening sockets, which tizilimd made.
struct EndpointSockets {
    platform::ListeningSocket control;
    ControlSettings control_settings;  ///< that `control` was made with
    platform::ListeningSocket status_port;
    std::chrono::milliseconds request_time_max{20'000};
};

/// The two endpoints (the root's README.md, "Operate"): the control socket for the register's
/// owner, with all paths, and the status port for anyone on this machine, with a few, and for pages
/// that the owner opened. Each has
/// threads of its own, so that who crowds the port is no matter to the owner.
class LocalEndpoints {
public:
    /// Both answer when it returns; `routes` and `pages` outlive it. \throws FileError
    LocalEndpoints(EndpointSockets sockets, const Routes& routes, PageSessions& pages,
                   platform::Log& log);
    ~LocalEndpoints();
    LocalEndpoints(const LocalEndpoints&) = delete;
    LocalEndpoints& operator=(const LocalEndpoints&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_number_; }

    /// Ends requests under way; an unfinished act is undone. Idempotent.
    void stop();

private:
    const std::shared_ptr<platform::StopEvent> stop_;
    std::uint16_t port_number_ = 0;
    std::unique_ptr<Endpoint> port_;
    std::unique_ptr<Endpoint> control_;
};

}  // namespace tizilim::agent
