#include "tests/support/attempts.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

namespace tizilim::support {
namespace {

int socket_error(int family, int type, int protocol) {
    const int descriptor = ::socket(family, type | SOCK_CLOEXEC, protocol);
    const int error = error_of(descriptor);
    if (descriptor >= 0) ::close(descriptor);
    return error;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/// Of a call that connects. One that does not wait for it has begun to.
int error_of_connection(long result) {
    const int error = error_of(result);
    return error == EINPROGRESS ? 0 : error;
}

template <class Address>
int connect_error(int descriptor, const Address& address, std::size_t bytes = sizeof(Address)) {
    return error_of_connection(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address),
                                         static_cast<socklen_t>(bytes)));
}

/// A name in the file system, or an abstract one, which begins with a zero.
struct LocalName {
    explicit LocalName(std::string_view name) {
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path - 1);
        bytes = offsetof(sockaddr_un, sun_path) + name.size();
    }
    sockaddr_un address{};
    std::size_t bytes = 0;
};

int connect_locally(std::string_view name) {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    const LocalName to(name);
    return connect_error(descriptor, to.address, to.bytes);
}

int connect_ipv4(const Targets& targets) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? errno : connect_error(descriptor, loopback(targets.port));
}
int connect_ipv6(const Targets& targets) {
    const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
    address.sin6_port = htons(targets.port_ipv6);
    return connect_error(descriptor, address);
}
int connect_to_address(const Targets& targets) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(targets.address_port);
    if (::inet_pton(AF_INET, targets.address.c_str(), &address.sin_addr) != 1) return EINVAL;
    return connect_error(descriptor, address);
}
int send_datagram(const Targets& targets) {
    const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    const sockaddr_in to = loopback(targets.port);
    return error_of(
        ::sendto(descriptor, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to));
}
int listen_anywhere(const Targets&) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? errno : error_of(::listen(descriptor, 1));
}
int bind_port(const Targets&) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    const sockaddr_in any = loopback(0);
    return error_of(::bind(descriptor, reinterpret_cast<const sockaddr*>(&any), sizeof any));
}
int open_raw_socket(const Targets&) {
    return socket_error(AF_INET, SOCK_RAW, IPPROTO_UDP);
}
int open_packet_socket(const Targets&) {
    return socket_error(AF_PACKET, SOCK_DGRAM, 0);
}
int open_ping_socket(const Targets&) {
    return socket_error(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
}
int open_multipath_socket(const Targets&) {
    constexpr int kMultipathTcp = 262;
    return socket_error(AF_INET, SOCK_STREAM, kMultipathTcp);
}
int open_host_socket(const Targets&) {
    return socket_error(AF_VSOCK, SOCK_STREAM, 0);
}
int open_cipher_socket(const Targets&) {
    return socket_error(AF_ALG, SOCK_SEQPACKET, 0);
}
int ask_for_routes(const Targets&) {
    return socket_error(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}
int hear_of_devices(const Targets&) {
    return socket_error(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
}

int connect_to_control_socket(const Targets& targets) {
    return connect_locally(targets.control_socket.string());
}
int connect_to_session_bus(const Targets& targets) {
    return connect_locally(targets.session_bus.string());
}
int connect_to_abstract_socket(const Targets& targets) {
    return connect_locally(std::string(1, '\0').append(targets.abstract_name));
}
int make_pair(const Targets&) {
    std::array<int, 2> ends{-1, -1};
    return error_of(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()));
}
int send_to_name_by_pair(const Targets& targets) {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return errno;
    const LocalName to(targets.datagram_socket.string());
    return error_of(::sendto(ends[0], "x", 1, 0, reinterpret_cast<const sockaddr*>(&to.address),
                             static_cast<socklen_t>(to.bytes)));
}
int write_on_pair(const Targets& targets) {
    return error_of(::send(targets.pair, "x", 1, MSG_NOSIGNAL));
}
int send_message_on_pair(const Targets& targets) {
    std::array<char, 1> bytes{'x'};
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return error_of(::sendmsg(targets.pair, &message, MSG_NOSIGNAL));
}

/// A listening socket that is shut is like a new one, and can be made to connect.
void shut_listening(const Targets& targets) {
    static_cast<void>(::shutdown(targets.listening, SHUT_RD));
    // Where another attempt has made it connect: no more.
    static_cast<void>(connect_error(targets.listening, sockaddr{}));
}
int connect_shut_socket(const Targets& targets) {
    shut_listening(targets);
    return connect_error(targets.listening, loopback(targets.port));
}
int send_by_shut_socket(const Targets& targets) {
    shut_listening(targets);
    const sockaddr_in to = loopback(targets.port);
    return error_of_connection(::sendto(targets.listening, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
                                        reinterpret_cast<const sockaddr*>(&to), sizeof to));
}

int type_on_terminal(const Targets& targets) {
    const char typed = '\n';
    return error_of(::ioctl(targets.terminal, TIOCSTI, &typed));
}
int measure_terminal(const Targets& targets) {
    winsize size{};
    return error_of(::ioctl(targets.terminal, TIOCGWINSZ, &size));
}
int count_what_came(const Targets& targets) {
    int bytes = 0;
    return error_of(::ioctl(targets.pair, FIONREAD, &bytes));
}

constexpr std::array kOnSockets{
    Attempt{"connect by IPv4", connect_ipv4, 0, EPERM},
    Attempt{"connect by IPv6", connect_ipv6, 0, EPERM, Control::machine_decides},
    Attempt{"connect to an address", connect_to_address, 0, EPERM},
    Attempt{"send a datagram", send_datagram, 0, EPERM},
    Attempt{"listen", listen_anywhere, EPERM, EPERM},
    Attempt{"take a port", bind_port, EACCES, EPERM, Control::succeeds, 4},
    Attempt{"open a raw socket", open_raw_socket, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"open a packet socket", open_packet_socket, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"open a ping socket", open_ping_socket, EPERM, EPERM, Control::machine_decides},
    Attempt{"open a multipath socket", open_multipath_socket, EPERM, EPERM,
            Control::machine_decides},
    Attempt{"open a socket to the host", open_host_socket, EPERM, EPERM, Control::machine_decides},
    Attempt{"open a socket for ciphers", open_cipher_socket, EPERM, EPERM,
            Control::machine_decides},
    Attempt{"ask for routes", ask_for_routes, 0, EPERM},
    Attempt{"hear of devices", hear_of_devices, EPERM, EPERM},
    Attempt{"connect to the control socket", connect_to_control_socket, EPERM, EPERM},
    Attempt{"connect to the session bus", connect_to_session_bus, EPERM, EPERM},
    Attempt{"connect to an abstract socket", connect_to_abstract_socket, EPERM, EPERM},
    Attempt{"make a pair", make_pair, 0, EPERM},
    Attempt{"send to a name by a pair", send_to_name_by_pair, EPERM, EPERM},
    Attempt{"write on its pair", write_on_pair, 0, 0},
    Attempt{"send a message on its pair", send_message_on_pair, 0, EPERM},
    Attempt{"connect a shut listening socket", connect_shut_socket, kNotTried, EPERM},
    Attempt{"send by a shut listening socket", send_by_shut_socket, kNotTried, EPERM},
    Attempt{"type on a terminal", type_on_terminal, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"measure a terminal", measure_terminal, EPERM, 0},
    Attempt{"count what came on its pair", count_what_came, 0, 0},
};

}  // namespace

std::span<const Attempt> attempts_on_sockets() {
    return kOnSockets;
}

}  // namespace tizilim::support
