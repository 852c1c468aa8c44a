#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <memory>

namespace tizilim::agent {

/// Ends every wait of the local port's sockets at once. Set once, never reset.
class StopEvent {
public:
    StopEvent();
    ~StopEvent();
    StopEvent(const StopEvent&) = delete;
    StopEvent& operator=(const StopEvent&) = delete;

    void set();
    [[nodiscard]] bool is_set() const;

    enum class Awaited { readable, stopped, timed_out };
    /// Waits until `descriptor` can be read, without waking in between.
    [[nodiscard]] Awaited wait_readable(int descriptor, std::chrono::milliseconds at_most) const;
    /// The same without an end of its own.
    [[nodiscard]] Awaited wait_readable(int descriptor) const;

private:
    int descriptor_;
};

/// A client that takes nothing of an answer for this long is gone.
inline constexpr std::chrono::seconds kSendTimeMax{10};

/// A listening socket for Poco's TCPServer that sleeps until a client comes (Poco's own wakes four
/// times a second), and whose connections end a request that takes too long to come.
class PortSocket final : public Poco::Net::ServerSocket {
public:
    /// Bound and listening. \throws Poco::Net::NetException, as when another program has the port
    PortSocket(const Poco::Net::SocketAddress& address, std::chrono::milliseconds request_time_max,
               std::shared_ptr<StopEvent> stop);
};

}  // namespace tizilim::agent
