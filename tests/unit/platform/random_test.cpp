#include "platform/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace tizilim {
namespace {

/// Gives the numbers it was told, eight bytes each, the high one first.
class ScriptedRandom final : public platform::Random {
public:
    explicit ScriptedRandom(std::deque<std::uint64_t> numbers) : numbers_(std::move(numbers)) {}
    void fill(std::span<std::byte> bytes) override {
        std::uint64_t number = numbers_.front();
        numbers_.pop_front();
        for (std::size_t i = bytes.size(); i > 0; --i, number >>= 8U) {
            bytes[i - 1] = static_cast<std::byte>(number & 0xffU);
        }
    }
    [[nodiscard]] std::size_t left() const { return numbers_.size(); }

private:
    std::deque<std::uint64_t> numbers_;
};

TEST(Random, DrawsAgainWhereAModuloWouldFavourSmallNumbers) {
    // 2^64 mod 3 is 1: of all numbers, 0 alone is one too many.
    ScriptedRandom random({0, 1, 5});

    EXPECT_EQ(random.below(3), 1U);
    EXPECT_EQ(random.left(), 1U);
    EXPECT_EQ(random.below(3), 2U);
}

TEST(Random, TakesEveryNumberForAPowerOfTwo) {
    ScriptedRandom random({0, std::numeric_limits<std::uint64_t>::max()});

    EXPECT_EQ(random.below(1), 0U);
    EXPECT_EQ(random.below(16), 15U);
}

TEST(Random, WritesBytesAsHex) {
    ScriptedRandom random({0x0102030405060708U});

    EXPECT_EQ(random.hex(8), "0102030405060708");
}

TEST(Random, ABoundOfZeroIsABug) {
    ScriptedRandom random({1});

    EXPECT_DEATH(static_cast<void>(random.below(0)), "broken invariant: bound > 0");
}

TEST(SystemRandom, NeverGivesTheSameTwice) {
    platform::SystemRandom random;

    EXPECT_NE(random.bytes<32>(), random.bytes<32>());
    EXPECT_EQ(random.hex(16).size(), 32U);
}

TEST(SystemRandom, ReachesAllOfARange) {
    platform::SystemRandom random;
    std::array<int, 6> seen{};

    for (int i = 0; i < 1000; ++i) ++seen.at(random.below(seen.size()));

    EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int times) { return times > 50; }));
}

}  // namespace
}  // namespace tizilim
