#include "agent/local_port.h"

#include "agent/config.h"
#include "agent/connection.h"
#include "agent/observation.h"
#include "agent/port_sockets.h"
#include "agent/routes.h"
#include "platform/log.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

/// One person, a scraper and a page: more at once is no use of this port.
constexpr int kThreadsMin = 1;
constexpr int kThreadsMax = 4;
constexpr int kQueuedMax = 16;
constexpr int kThreadIdleSeconds = 30;
constexpr int kThreadStackBytes = 1024 * 1024;

class ConnectionFactory final : public Poco::Net::TCPServerConnectionFactory {
public:
    explicit ConnectionFactory(const PortContext& context) : context_(context) {}
    Poco::Net::TCPServerConnection* createConnection(
        const Poco::Net::StreamSocket& socket) override {
        return std::make_unique<Connection>(socket, context_).release();
    }

private:
    const PortContext& context_;
};

PortSocket listen_at(const StatusSettings& settings, const std::shared_ptr<StopEvent>& stop) {
    try {
        return {Poco::Net::SocketAddress(settings.address, settings.port),
                settings.request_time_max, stop};
    } catch (const Poco::Exception& error) {
        throw PortError("cannot listen at " + settings.address + ":" +
                        std::to_string(settings.port) + " (" + error.displayText() +
                        "): another program, perhaps another tizilimd, may have it; end that, or "
                        "set another [status] port");
    }
}

Poco::Net::TCPServerParams::Ptr server_params() {
    Poco::Net::TCPServerParams::Ptr params = new Poco::Net::TCPServerParams;
    params->setMaxThreads(kThreadsMax);
    params->setMaxQueued(kQueuedMax);
    params->setThreadIdleTime(Poco::Timespan(kThreadIdleSeconds, 0));
    return params;
}

}  // namespace

class LocalPort::Impl {
public:
    Impl(const StatusSettings& settings, const Services& services, const std::string& token,
         platform::Log& log)
        : stop_(std::make_shared<StopEvent>()),
          socket_(listen_at(settings, stop_)),
          context_{.guard = RequestGuard(token, socket_.address().port()),
                   .routes = Routes(services),
                   .stop = stop_,
                   .log = log},
          threads_(kThreadsMin, kThreadsMax, kThreadIdleSeconds, kThreadStackBytes),
          server_(new ConnectionFactory(context_), threads_, socket_, server_params()) {
        server_.start();
    }

    [[nodiscard]] std::uint16_t port() const { return socket_.address().port(); }

    void stop() {
        if (std::exchange(stopped_, true)) return;
        stop_->set();
        server_.stop();
        threads_.joinAll();
        socket_.close();
    }

private:
    const std::shared_ptr<StopEvent> stop_;
    PortSocket socket_;
    PortContext context_;
    Poco::ThreadPool threads_;
    Poco::Net::TCPServer server_;
    bool stopped_ = false;
};

LocalPort::LocalPort(const StatusSettings& settings, const Services& services,
                     const std::string& token, platform::Log& log)
    : impl_(std::make_unique<Impl>(settings, services, token, log)) {}

LocalPort::~LocalPort() {
    stop();
}

std::uint16_t LocalPort::port() const {
    return impl_->port();
}

void LocalPort::stop() {
    impl_->stop();
}

}  // namespace tizilim::agent
