#include "agent/port_sockets.h"

#include "platform/check.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketImpl.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tizilim::agent {
namespace {

using Clock = std::chrono::steady_clock;

/// Waiting clients that the system keeps for us.
constexpr int kBacklog = 16;
/// After a failed accept (no descriptors left): long enough not to spin.
constexpr std::chrono::milliseconds kAcceptRetryDelay{100};

StopEvent::Awaited wait_for(int descriptor, int stop_descriptor, int timeout_ms) {
    std::array<pollfd, 2> polled{{{.fd = descriptor, .events = POLLIN, .revents = 0},
                                  {.fd = stop_descriptor, .events = POLLIN, .revents = 0}}};
    int ready = 0;
    do {
        ready = ::poll(polled.data(), polled.size(), timeout_ms);
    } while (ready < 0 && errno == EINTR);
    if (polled[1].revents != 0) return StopEvent::Awaited::stopped;
    return ready > 0 ? StopEvent::Awaited::readable : StopEvent::Awaited::timed_out;
}

/// A connection with one deadline for all that is received over it. One request a connection.
class ConnectionSocket final : public Poco::Net::StreamSocketImpl {
public:
    ConnectionSocket(int descriptor, std::chrono::milliseconds request_time_max,
                     std::shared_ptr<StopEvent> stop)
        : StreamSocketImpl(descriptor),
          request_time_max_(request_time_max),
          stop_(std::move(stop)) {}

    int receiveBytes(void* buffer, int length, int flags) override {
        wait();
        return StreamSocketImpl::receiveBytes(buffer, length, flags);
    }
    bool poll(const Poco::Timespan& timeout, int mode) override {
        if ((mode & SELECT_READ) == 0) return StreamSocketImpl::poll(timeout, mode);
        wait();
        return true;
    }

private:
    /// The time counts from the first wait: before it the connection may have queued for a thread.
    void wait() {
        if (!deadline_) deadline_ = Clock::now() + request_time_max_;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
        switch (stop_->wait_readable(sockfd(), std::max(left, std::chrono::milliseconds(0)))) {
            case StopEvent::Awaited::readable:
                return;
            case StopEvent::Awaited::stopped:
                throw Poco::Net::ConnectionAbortedException("tizilimd ends");
            case StopEvent::Awaited::timed_out:
                throw Poco::TimeoutException();
        }
    }

    const std::chrono::milliseconds request_time_max_;
    const std::shared_ptr<StopEvent> stop_;
    std::optional<Clock::time_point> deadline_;
};

class ListeningSocket final : public Poco::Net::ServerSocketImpl {
public:
    ListeningSocket(std::chrono::milliseconds request_time_max, std::shared_ptr<StopEvent> stop)
        : request_time_max_(request_time_max), stop_(std::move(stop)) {}

    /// True also at the end: then acceptConnection() throws, and TCPServer looks whether to go on.
    bool poll(const Poco::Timespan& /*timeout*/, int /*mode*/) override {
        static_cast<void>(stop_->wait_readable(sockfd()));
        return true;
    }

    Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& client) override {
        if (stop_->is_set()) throw Poco::Net::ConnectionAbortedException("tizilimd ends");
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        auto* const raw = reinterpret_cast<sockaddr*>(&address);
        const int descriptor = ::accept4(sockfd(), raw, &length, SOCK_CLOEXEC);
        if (descriptor < 0) {
            // No descriptor of a client to wait for: only for the end, so long.
            static_cast<void>(stop_->wait_readable(-1, kAcceptRetryDelay));
            throw Poco::Net::NetException("no connection was accepted");
        }
        client = Poco::Net::SocketAddress(raw, length);
        auto connection = std::make_unique<ConnectionSocket>(descriptor, request_time_max_, stop_);
        connection->setSendTimeout(Poco::Timespan(kSendTimeMax.count(), 0));
        return connection.release();
    }

private:
    const std::chrono::milliseconds request_time_max_;
    const std::shared_ptr<StopEvent> stop_;
};

}  // namespace

StopEvent::StopEvent() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    CHECK(descriptor_ >= 0);
}

StopEvent::~StopEvent() {
    ::close(descriptor_);
}

void StopEvent::set() {
    const std::uint64_t one = 1;
    CHECK(::write(descriptor_, &one, sizeof one) == sizeof one);
}

bool StopEvent::is_set() const {
    return wait_for(-1, descriptor_, 0) == Awaited::stopped;
}

StopEvent::Awaited StopEvent::wait_readable(int descriptor,
                                            std::chrono::milliseconds at_most) const {
    return wait_for(descriptor, descriptor_, static_cast<int>(at_most.count()));
}

StopEvent::Awaited StopEvent::wait_readable(int descriptor) const {
    constexpr int kForever = -1;
    return wait_for(descriptor, descriptor_, kForever);
}

PortSocket::PortSocket(const Poco::Net::SocketAddress& address,
                       std::chrono::milliseconds request_time_max, std::shared_ptr<StopEvent> stop)
    : ServerSocket(new ListeningSocket(request_time_max, std::move(stop)), true) {
    constexpr bool kReuseAddress = true;
    /// Otherwise two daemons of one user could share the port, and requests would go to either.
    constexpr bool kReusePort = false;
    bind(address, kReuseAddress, kReusePort);
    listen(kBacklog);
}

}  // namespace tizilim::agent
