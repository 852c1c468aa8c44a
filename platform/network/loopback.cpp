#include "platform/network/loopback.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstddef>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace tizilim::platform {
namespace {

constexpr unsigned kLoopbackNet = 127;

bool is_loopback(const in_addr& address) {
    constexpr unsigned kFirstByte = 24;
    return ntohl(address.s_addr) >> kFirstByte == kLoopbackNet;
}

bool is_loopback(const in6_addr& address) {
    if (IN6_IS_ADDR_LOOPBACK(&address)) return true;
    constexpr std::size_t kIpv4At = 12;
    return IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[kIpv4At] == kLoopbackNet;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.ends_with('.')) host.remove_suffix(1);
    std::string name(host);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (name == "localhost" || name.ends_with(".localhost")) return true;
    // As resolvers read it, also 127.1 and 0x7f000001.
    in_addr ipv4{};
    if (name.find_first_of(" \t") == std::string::npos && ::inet_aton(name.c_str(), &ipv4) == 1)
        return is_loopback(ipv4);
    in6_addr ipv6{};
    return ::inet_pton(AF_INET6, name.c_str(), &ipv6) == 1 && is_loopback(ipv6);
}

}  // namespace tizilim::platform
