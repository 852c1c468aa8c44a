#include "agent/http/local_endpoints.h"

#include "agent/api/page_sessions.h"
#include "agent/api/routes.h"
#include "agent/config/config.h"
#include "agent/http/connection.h"
#include "agent/http/endpoint.h"
#include "agent/http/request_guard.h"
#include "platform/network/local_listener.h"
#include "platform/network/stop_event.h"
#include "platform/text/log.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

/// One person and what he leaves running: exports, a verification.
constexpr unsigned kControlThreads = 6;
/// The same from the page; what strangers may ask takes a millisecond.
constexpr unsigned kPortThreads = 6;

}  // namespace

LocalEndpoints::LocalEndpoints(EndpointSockets sockets, const Routes& routes, PageSessions& pages,
                               platform::Log& log)
    : stop_(std::make_shared<platform::StopEvent>()) {
    const platform::ListenerSettings how{
        .stop = stop_,
        .head_time_max =
            std::min<std::chrono::milliseconds>(platform::kHeadTimeMax, sockets.request_time_max),
        .dropped = [&log](std::int64_t account) {
            log.warning("other_account_dropped", {{"account", account}});
        }};
    auto port = platform::LocalListener::serving_port(std::move(sockets.status_port), how);
    port_number_ = port.port();
    auto socket = platform::LocalListener::serving_control(std::move(sockets.control),
                                                           sockets.control_settings.directory,
                                                           sockets.control_settings.access, how);
    EndpointContext context{.routes = routes,
                            .port = std::nullopt,
                            .body_time_max = sockets.request_time_max,
                            .stop = stop_,
                            .log = log};
    control_ = std::make_unique<Endpoint>(std::move(socket), context, kControlThreads);
    context.port.emplace(RequestGuard(port_number_), pages);
    pages.serve_at("http://127.0.0.1:" + std::to_string(port_number_) + "/");
    port_ = std::make_unique<Endpoint>(std::move(port), std::move(context), kPortThreads);
}

LocalEndpoints::~LocalEndpoints() {
    stop();
}

void LocalEndpoints::stop() {
    if (!port_) return;
    stop_->set();
    port_.reset();
    control_.reset();
}

}  // namespace tizilim::agent
