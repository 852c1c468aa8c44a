#include "platform/gost/streebog.h"

#include "platform/hex.h"
#include "tests/support/gcrypt_gost.h"
#include "tests/support/seeded_random.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using platform::streebog256;
using platform::streebog512;

std::string hex(std::string_view bytes) {
    return platform::to_hex(std::as_bytes(std::span(bytes)));
}

TEST(Streebog, IsThatOfTheRfc) {
    // RFC 6986, 10.1 and 10.2, where the bytes stand the other way round.
    const std::string first = "012345678901234567890123456789012345678901234567890123456789012";
    const std::string second = *platform::from_hex(
        "d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1f2f0e5eb"
        "e0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb");

    EXPECT_EQ(hex(streebog512(first)),
              "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
              "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48");
    EXPECT_EQ(hex(streebog256(first)),
              "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500");
    EXPECT_EQ(hex(streebog512(second)),
              "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376"
              "035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28");
    EXPECT_EQ(hex(streebog256(second)),
              "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50");
}

TEST(Streebog, IsThatOfLibgcryptAtEveryLength) {
    constexpr std::size_t kLengths = 400;
    support::SeededRandom random(6986);
    std::string bytes(kLengths, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    for (std::size_t size = 0; size <= kLengths; ++size) {
        const std::string_view part = std::string_view(bytes).substr(0, size);

        ASSERT_EQ(hex(streebog512(part)), hex(support::gcrypt_streebog512(part))) << size;
        ASSERT_EQ(hex(streebog256(part)), hex(support::gcrypt_streebog256(part))) << size;
    }
}

TEST(Streebog, AddsBlocksWithTheirCarry) {
    // Sums of blocks that overflow at every word.
    for (const char fill : {'\xff', '\x80', '\x7f', '\0'}) {
        const std::string bytes(1000, fill);

        EXPECT_EQ(hex(streebog512(bytes)), hex(support::gcrypt_streebog512(bytes)));
    }
}

}  // namespace
}  // namespace tizilim
