#pragma once

#include "agent/api/answers.h"
#include "agent/api/page_sessions.h"
#include "agent/api/routes.h"
#include "agent/http/http_request.h"
#include "agent/http/request_guard.h"
#include "platform/network/local_listener.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/log.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {

/// What the status port has, which is for anyone. It takes bodies, and waits for who takes his time
/// with an answer, only with a page's session.
struct StatusPort {
    StatusPort(RequestGuard guarded, PageSessions& opened)
        : guard(std::move(guarded)), pages(opened) {}
    RequestGuard guard;
    PageSessions& pages;
};

/// What the connections of one endpoint share.
struct EndpointContext {
    const Routes& routes;
    /// Nothing: the control endpoint, whose clients the system has checked.
    std::optional<StatusPort> port;
    std::chrono::milliseconds body_time_max;
    std::shared_ptr<const platform::StopEvent> stop;
    platform::Log& log;
};

/// Serves one request whose head was read: reads the body within bounds, answers, closes.
class Connection {
public:
    Connection(platform::LocalRequest request, const EndpointContext& context)
        : request_(std::move(request)), context_(context) {}
    void run();

private:
    [[nodiscard]] ApiResponse answer(HttpRequest& asked);
    [[nodiscard]] std::optional<ApiResponse> page_file_asked(const HttpRequest& asked) const;
    /// Who asks; or why he is refused.
    [[nodiscard]] std::optional<ApiResponse> look_at_asker(HttpRequest& asked);
    [[nodiscard]] std::optional<ApiResponse> read_body(HttpRequest& request);
    /// And what comes afterwards. \throws ClientGone
    void reply(const ApiResponse& answer);
    /// \throws ClientGone
    void send(const ApiResponse& answer);
    void send_stream(const ApiResponse& answer);
    void write(std::string_view bytes,
               std::chrono::seconds stranger_silence_max = std::chrono::seconds(0));

    platform::LocalRequest request_;
    const EndpointContext& context_;
    std::string method_;
    std::string version_ = "HTTP/1.0";
    bool is_stranger_ = true;
};

}  // namespace tizilim::agent
