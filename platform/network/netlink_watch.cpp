#include "platform/network/netlink_watch.h"

#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/network/network_watch.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <memory>
// NOLINTNEXTLINE(misc-include-cleaner): the kernel's own header has these flags, too
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stop_token>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::uint32_t kGroups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
/// A network comes in a dozen messages: link, address, routes. They are one change when no further
/// one follows within this time.
constexpr int kQuietMs = 500;
/// A link that flaps all the time is told of all the same.
constexpr int kQuietRounds = 10;
/// Of one look: what is still there after so many is read at the next.
constexpr int kMessagesMax = 1000;

/// By errno.
Message not_watched() {
    return {"link.not_watched", {{"system", as_json(system_message(errno))}}};
}

/// An address that only speaks on its own link is no way out.
bool is_link_local(const sockaddr& address) {
    if (address.sa_family == AF_INET6) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the family says it is
        const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address);
        return IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr);
    }
    return address.sa_family != AF_INET;
}

bool leads_out(const ifaddrs& link) {
    constexpr unsigned kUp = IFF_UP | IFF_RUNNING;
    return (link.ifa_flags & kUp) == kUp && (link.ifa_flags & IFF_LOOPBACK) == 0 &&
           link.ifa_addr != nullptr && !is_link_local(*link.ifa_addr);
}

}  // namespace

Expected<std::unique_ptr<NetworkWatch>, Message> NetlinkWatch::open() {
    Descriptor messages(
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (messages.get() < 0) return Unexpected{not_watched()};
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = kGroups;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind() wants it so
    const auto* const general = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(messages.get(), general, sizeof(address)) != 0) return Unexpected{not_watched()};
    Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (wake.get() < 0) return Unexpected{not_watched()};
    return std::unique_ptr<NetworkWatch>(new NetlinkWatch(std::move(messages), std::move(wake)));
}

bool NetlinkWatch::wait(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] {
        constexpr std::uint64_t kOne = 1;
        static_cast<void>(::write(wake_.get(), &kOne, sizeof(kOne)) == sizeof(kOne));
    });
    Seen seen = look(stop, -1);
    for (int round = 0; round < kQuietRounds && seen == Seen::change; ++round)
        seen = look(stop, kQuietMs);
    return seen == Seen::change || seen == Seen::quiet;
}

NetlinkWatch::Seen NetlinkWatch::look(const std::stop_token& stop, int timeout_ms) {
    std::array<pollfd, 2> files{pollfd{messages_.get(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
    while (true) {
        if (stop.stop_requested()) return Seen::stop;
        const int ready = ::poll(files.data(), files.size(), timeout_ms);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return Seen::fault;
        if (ready == 0) return Seen::quiet;
        if (files[1].revents != 0) return Seen::stop;
        return read_all() ? Seen::change : Seen::fault;
    }
}

/// That something changed is all that is asked: what, is not read.
bool NetlinkWatch::read_all() {
    std::array<char, std::size_t{8} * 1024> dropped{};
    for (int i = 0; i < kMessagesMax; ++i) {
        if (::recv(messages_.get(), dropped.data(), dropped.size(), 0) >= 0) continue;
        if (errno == EAGAIN) return true;
        // ENOBUFS: more came than there was room for.
        if (errno != EINTR && errno != ENOBUFS) return false;
    }
    return true;
}

bool NetlinkWatch::has_network() const {
    ifaddrs* first = nullptr;
    // In doubt a try costs less than a network that nobody uses.
    if (::getifaddrs(&first) != 0) return true;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> links(first, &::freeifaddrs);
    for (const ifaddrs* link = first; link != nullptr; link = link->ifa_next)
        if (leads_out(*link)) return true;
    return false;
}

}  // namespace tizilim::platform
