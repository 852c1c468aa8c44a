#include "platform/gzip.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using platform::gunzip;
using platform::gzip;

TEST(Gzip, GivesBackWhatWentIn) {
    const std::string large(1'000'000, 'x');

    EXPECT_EQ(gunzip(gzip(""), 0), "");
    EXPECT_EQ(gunzip(gzip("Қазақстан"), 100), "Қазақстан");
    EXPECT_EQ(gunzip(gzip(large), large.size()), large);
}

TEST(Gzip, CompressesWithoutNameAndTime) {
    const std::string bytes = gzip(std::string(1000, 'x'));

    EXPECT_LT(bytes.size(), 50U);
    // RFC 1952: magic, deflate, no flags, four zero bytes of time, 2 for the best compression.
    EXPECT_EQ(bytes.substr(0, 9), std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02", 9));
}

TEST(Gunzip, RefusesWhatInflatesBeyondTheBound) {
    const std::string bomb = gzip(std::string(10'000'000, '\0'));

    EXPECT_LT(bomb.size(), 20'000U);
    EXPECT_EQ(gunzip(bomb, 9'999'999), std::nullopt);
    EXPECT_EQ(gunzip(bomb, 0), std::nullopt);
    EXPECT_TRUE(gunzip(bomb, 10'000'000).has_value());
}

TEST(Gunzip, RefusesEveryTruncation) {
    const std::string bytes = gzip("an entry, another entry, and one more entry");

    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_EQ(gunzip(bytes.substr(0, length), 1000), std::nullopt) << length;
    }
}

TEST(Gunzip, RefusesTrailingBytesDamageAndOtherFormats) {
    const std::string bytes = gzip("text");
    std::string damaged = bytes;
    damaged[damaged.size() - 5] = static_cast<char>(damaged[damaged.size() - 5] ^ 1);

    EXPECT_EQ(gunzip(bytes + "x", 1000), std::nullopt);
    EXPECT_EQ(gunzip(bytes + bytes, 1000), std::nullopt);
    EXPECT_EQ(gunzip(damaged, 1000), std::nullopt);
    EXPECT_EQ(gunzip("plain text", 1000), std::nullopt);
}

}  // namespace
}  // namespace tizilim
