#include "platform/network/loopback.h"

#include <gtest/gtest.h>

namespace tizilim::platform {
namespace {

TEST(LoopbackHost, IsThisMachineHoweverItIsWritten) {
    for (const char* host : {"localhost", "LocalHost", "localhost.", "register.localhost",
                             "127.0.0.1", "127.1.2.3", "127.1", "2130706433", "0x7f000001", "::1",
                             "[::1]", "0:0:0:0:0:0:0:1", "[::ffff:127.0.0.1]"})
        EXPECT_TRUE(is_loopback_host(host)) << host;
}

TEST(LoopbackHost, IsNoOther) {
    for (const char* host :
         {"", "localhost.example", "notlocalhost", "127.0.0.1.example", "128.0.0.1", "10.0.0.1",
          "127.0.0.1 x", "::2", "[::ffff:10.0.0.1]", "127.0.0.256", "example.kz"})
        EXPECT_FALSE(is_loopback_host(host)) << host;
}

}  // namespace
}  // namespace tizilim::platform
