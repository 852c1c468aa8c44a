#include "platform/network/local_pair.h"

#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/network/local_stream.h"
#include "platform/network/posix_local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <utility>

namespace tizilim::platform {
namespace {

using Awaited = LocalStream::Connection::Awaited;

/// A message of one byte, with room for one descriptor.
class Envelope {
public:
    Envelope() {
        header_.msg_iov = &part_;
        header_.msg_iovlen = 1;
        header_.msg_control = control_.data();
        // Not one more: the system closes those that there is no room for.
        header_.msg_controllen = CMSG_LEN(sizeof(int));
    }
    Envelope(const Envelope&) = delete;
    Envelope& operator=(const Envelope&) = delete;

    [[nodiscard]] msghdr* header() { return &header_; }
    void put(int descriptor) {
        cmsghdr* const control = CMSG_FIRSTHDR(&header_);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(sizeof descriptor);
        std::memcpy(CMSG_DATA(control), &descriptor, sizeof descriptor);
    }
    /// -1: it came without one.
    [[nodiscard]] int take() {
        const cmsghdr* const control = CMSG_FIRSTHDR(&header_);
        int descriptor = -1;
        if (control == nullptr || control->cmsg_level != SOL_SOCKET ||
            control->cmsg_type != SCM_RIGHTS || control->cmsg_len != CMSG_LEN(sizeof descriptor))
            return -1;
        std::memcpy(&descriptor, CMSG_DATA(control), sizeof descriptor);
        return descriptor;
    }

private:
    char byte_ = '\0';
    iovec part_{.iov_base = &byte_, .iov_len = 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control_{};
    msghdr header_{};
};

bool is_transient(int system_error) {
    return system_error == EAGAIN || system_error == EWOULDBLOCK || system_error == EINTR;
}

}  // namespace

std::pair<Descriptor, Descriptor> connected_pair() {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw MessageError(
            {"socket.cannot_make_pair", {{"system", as_json(system_message(errno))}}});
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

LocalStream stream_over(Descriptor end, std::shared_ptr<const StopEvent> stop) {
    return LocalStream(std::make_unique<LocalStream::Connection>(std::move(end), std::move(stop)));
}

bool send_descriptor(const LocalStream& over, const Descriptor& handed,
                     std::chrono::milliseconds at_most) {
    Envelope envelope;
    envelope.put(handed.get());
    const auto& connection = over.connection();
    while (true) {
        const ssize_t sent =
            ::sendmsg(connection.descriptor(), envelope.header(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) return true;
        if (!is_transient(errno)) return false;
        if (connection.wait(POLLOUT, at_most) != Awaited::ready) return false;
    }
}

Expected<Descriptor, StreamFailure> receive_descriptor(const LocalStream& over,
                                                       std::chrono::milliseconds at_most) {
    const auto& connection = over.connection();
    while (true) {
        const auto awaited = connection.wait(POLLIN, at_most);
        if (awaited == Awaited::stopped) return Unexpected{StreamFailure::stopped};
        if (awaited == Awaited::timed_out) return Unexpected{StreamFailure::timed_out};
        Envelope envelope;
        const ssize_t got =
            ::recvmsg(connection.descriptor(), envelope.header(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (got < 0 && is_transient(errno)) continue;
        Descriptor received(got > 0 ? envelope.take() : -1);
        if (received.get() < 0) return Unexpected{StreamFailure::ended};
        return received;
    }
}

}  // namespace tizilim::platform
