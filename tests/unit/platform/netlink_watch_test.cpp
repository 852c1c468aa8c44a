#include "platform/network/netlink_watch.h"

#include "platform/network/network_watch.h"
#include "platform/text/message.h"

#include <gtest/gtest.h>

#include <memory>
#include <net/if.h>
#include <sched.h>
#include <stop_token>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tizilim {
namespace {

constexpr int kRight = 0;
constexpr int kWrong = 1;
constexpr int kForbidden = 2;

/// Switches the loopback of this process's network on: the kernel tells of link, address and route.
bool bring_loopback_up() {
    const int probe = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::string_view("lo").copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_UP;
    const bool done = ::ioctl(probe, SIOCSIFFLAGS, &request) == 0;
    ::close(probe);
    return done;
}

/// In a network of its own, which has nothing but a loopback that is down.
int see_a_change() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return kForbidden;
    const auto watch = platform::NetlinkWatch::open();
    if (!watch) return kForbidden;
    if ((*watch)->has_network() || !bring_loopback_up()) return kWrong;
    const std::stop_source never;
    const bool changed = (*watch)->wait(never.get_token());
    // A loopback leads nowhere.
    return changed && !(*watch)->has_network() ? kRight : kWrong;
}

TEST(NetlinkWatch, TellsOfAChange) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(see_a_change());
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));

    if (WEXITSTATUS(status) == kForbidden) GTEST_SKIP() << "no network of one's own here";
    EXPECT_EQ(WEXITSTATUS(status), kRight);
}

TEST(NetlinkWatch, AStopEndsAWaitAtOnceAndForGood) {
    const auto watch = platform::NetlinkWatch::open();
    if (!watch) GTEST_SKIP() << platform::in_english(watch.error());
    std::stop_source stop;
    bool changed = true;
    {
        const std::jthread waiting([&] {
            // Of what changes on this machine meanwhile.
            while (changed) changed = (*watch)->wait(stop.get_token());
        });
        stop.request_stop();
    }

    EXPECT_FALSE(changed);
    EXPECT_FALSE((*watch)->wait(stop.get_token()));
}

}  // namespace
}  // namespace tizilim
