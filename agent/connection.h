#pragma once

#include "agent/port_sockets.h"
#include "agent/request_guard.h"
#include "agent/routes.h"
#include "platform/log.h"

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponseImpl.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServerConnection.h>

#include <memory>
#include <optional>
#include <string>

namespace tizilim::agent {

/// What all connections of one port share.
struct PortContext {
    RequestGuard guard;
    Routes routes;
    std::shared_ptr<StopEvent> stop;
    platform::Log& log;
};

/// One client: reads a request within the bounds, has it answered, closes.
class Connection final : public Poco::Net::TCPServerConnection {
public:
    Connection(const Poco::Net::StreamSocket& socket, const PortContext& context)
        : TCPServerConnection(socket), context_(context) {}
    void run() override;

private:
    void serve(Poco::Net::HTTPServerSession& session, Poco::Net::HTTPServerResponseImpl& response);
    [[nodiscard]] ApiResponse answer(Poco::Net::HTTPServerRequestImpl& request,
                                     Poco::Net::HTTPServerResponseImpl& response) const;
    [[nodiscard]] std::optional<ApiResponse> read_body(Poco::Net::HTTPServerRequestImpl& request,
                                                       Poco::Net::HTTPServerResponseImpl& response,
                                                       ApiRequest& asked) const;
    void send(Poco::Net::HTTPServerResponseImpl& response, const ApiResponse& answer,
              bool body_wanted) const;
    void drain();

    const PortContext& context_;
};

}  // namespace tizilim::agent
