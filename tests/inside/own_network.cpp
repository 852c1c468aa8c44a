#include "tests/inside/own_network.h"

#include "platform/check.h"
#include "platform/files/descriptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace tizilim::inside {
namespace {

using platform::Descriptor;

sockaddr_in own_address() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    CHECK(::inet_pton(AF_INET, OwnNetwork::address().c_str(), &address.sin_addr) == 1);
    return address;
}

ifreq request_for(std::string_view interface) {
    ifreq request{};
    interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
    return request;
}

void set_up_loopback() {
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq up = request_for("lo");
    up.ifr_flags = IFF_UP | IFF_RUNNING;
    CHECK(::ioctl(socket.get(), SIOCSIFFLAGS, &up) == 0);
    ifreq more = request_for("lo:1");
    reinterpret_cast<sockaddr_in&>(more.ifr_addr) = own_address();
    CHECK(::ioctl(socket.get(), SIOCSIFADDR, &more) == 0);
}

}  // namespace

OwnNetwork::OwnNetwork() : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    CHECK(before_.get() >= 0);
    CHECK(::unshare(CLONE_NEWNET) == 0);
    set_up_loopback();
    listening_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = own_address();
    socklen_t length = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    CHECK(::bind(listening_.get(), at, length) == 0);
    CHECK(::listen(listening_.get(), SOMAXCONN) == 0);
    CHECK(::getsockname(listening_.get(), at, &length) == 0);
    port_ = ntohs(address.sin_port);
}

OwnNetwork::~OwnNetwork() {
    static_cast<void>(::setns(before_.get(), CLONE_NEWNET));
}

}  // namespace tizilim::inside
