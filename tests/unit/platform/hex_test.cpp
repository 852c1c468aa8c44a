#include "platform/hex.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>

namespace tizilim {
namespace {

TEST(Hex, WritesTwoLowerCaseDigitsAByte) {
    const std::string bytes("\x00\x0f\xa0\xff", 4);

    EXPECT_EQ(platform::to_hex(std::as_bytes(std::span(bytes))), "000fa0ff");
    EXPECT_EQ(platform::to_hex({}), "");
}

TEST(Hex, ReadsDigitsOfEitherCase) {
    EXPECT_EQ(platform::from_hex("000Fa0fF"), std::string("\x00\x0f\xa0\xff", 4));
    EXPECT_EQ(platform::from_hex(""), "");
}

TEST(Hex, RefusesWhatIsNoHex) {
    for (const std::string text : {"0", "000", "0g", "g0", "0x00", " 0", "+1", "é0", "0:", "/0"}) {
        EXPECT_FALSE(platform::from_hex(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace tizilim
