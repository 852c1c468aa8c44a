#include "platform/text/gzip.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <zlib.h>

namespace tizilim {
namespace {

using platform::crc32_of;
using platform::gunzip;
using platform::gzip;
using platform::inflated;

TEST(Gzip, GivesBackWhatWentIn) {
    const std::string large(1'000'000, 'x');

    EXPECT_EQ(gunzip(gzip(""), 0), "");
    EXPECT_EQ(gunzip(gzip("Қазақстан"), 100), "Қазақстан");
    EXPECT_EQ(gunzip(gzip(large), large.size()), large);
}

TEST(Inflated, IsExactlyTheSizeThatIsAskedFor) {
    const std::string text(100'000, 'x');
    const std::string gzipped = gzip(text);
    // RFC 1952: ten bytes before what RFC 1951 describes, eight after it.
    const std::string bytes = gzipped.substr(10, gzipped.size() - 18);

    EXPECT_EQ(inflated(bytes, text.size()), text);
    EXPECT_EQ(inflated(bytes, text.size() - 1), std::nullopt);
    EXPECT_EQ(inflated(bytes, text.size() + 1), std::nullopt);
    EXPECT_EQ(inflated(bytes.substr(0, bytes.size() - 1), text.size()), std::nullopt);
    EXPECT_EQ(inflated(bytes + 'x', text.size()), std::nullopt);
    EXPECT_EQ(crc32_of("123456789"), 0xCBF43926U);
}

TEST(Gzip, CompressesWithoutNameAndTime) {
    const std::string bytes = gzip(std::string(1000, 'x'));

    EXPECT_LT(bytes.size(), 50U);
    // RFC 1952: magic, deflate, no flags, four zero bytes of time, 2 for the best compression.
    EXPECT_EQ(bytes.substr(0, 9), std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02", 9));
}

TEST(Gzip, MakesOfABatchOfEntriesATenthLessThanZlibAtItsBest) {
    std::mt19937 random(7);
    const auto hex = [&](int digits) {
        std::string text;
        for (int i = 0; i < digits; ++i) text += "0123456789abcdef"[random() % 16];
        return text;
    };
    std::string batch;
    for (int i = 0; i < 1000; ++i)
        batch += R"({"_id":"entry:0192f0c1-7c3e-7b6a-)" + hex(4) + '-' + hex(12) +
                 R"(","_rev":"1-)" + hex(32) +
                 R"(","type":"entry","schema":1,"language":"ru","state":"recorded",)" +
                 R"("applicationDate":"2025-11-0)" + std::to_string(1 + i % 9) +
                 R"(","basis":{"type":"court_resolution"},"form":"court","minutes":)" +
                 std::to_string(random() % 300) + R"(,"withheld":["essence"],"commitment":")" +
                 hex(64) + "\"},";
    uLongf zlib_bytes = compressBound(batch.size());
    std::string zlib(zlib_bytes, '\0');
    ASSERT_EQ(
        compress2(reinterpret_cast<Bytef*>(zlib.data()), &zlib_bytes,
                  reinterpret_cast<const Bytef*>(batch.data()), batch.size(), Z_BEST_COMPRESSION),
        Z_OK);

    EXPECT_LE(gzip(batch).size() * 100, zlib_bytes * 93);
    EXPECT_EQ(gunzip(gzip(batch), batch.size()), batch);
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
