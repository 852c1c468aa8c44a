#include "platform/text/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace tizilim {
namespace {

TEST(Base64, IsThatOfTheRfc) {
    EXPECT_EQ(platform::to_base64(""), "");
    EXPECT_EQ(platform::to_base64("f"), "Zg==");
    EXPECT_EQ(platform::to_base64("fo"), "Zm8=");
    EXPECT_EQ(platform::to_base64("foo"), "Zm9v");
    EXPECT_EQ(platform::to_base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(platform::to_base64("\xff\xfe"), "//4=");
}

TEST(Base64, ComesBackWhateverTheBytes) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(platform::from_base64(platform::to_base64(bytes)), bytes) << i;
        bytes += static_cast<char>(i * 7);
    }
}

TEST(Base64, HasNothingElseInIt) {
    for (const char* const text : {"Zm9v\n", "Zm 9v", "Zm-_", "=Zm9", "Zm=v"})
        EXPECT_FALSE(platform::from_base64(text)) << text;
    EXPECT_FALSE(platform::from_base64(std::string("Zm9\0", 4)));
}

}  // namespace
}  // namespace tizilim
