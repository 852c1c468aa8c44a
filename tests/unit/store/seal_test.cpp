#include "store/keys/seal.h"

#include "platform/files/key_store.h"
#include "tests/support/seeded_random.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>

namespace tizilim {
namespace {

platform::MasterKey key_of(std::byte fill) {
    std::array<std::byte, platform::MasterKey::kBytes> bytes{};
    bytes.fill(fill);
    return platform::MasterKey(bytes);
}

class SealTest : public testing::Test {
protected:
    support::SeededRandom random_;
    store::Seal seal_{key_of(std::byte{1}), random_};
};

TEST_F(SealTest, OpensWhatItSealed) {
    const std::string sealed = seal_.seal("entries", "key", "text");
    EXPECT_EQ(seal_.open("entries", "key", sealed), "text");
    EXPECT_EQ(sealed.find("text"), std::string::npos);
}

TEST_F(SealTest, SealsTheSameTextDifferentlyEachTime) {
    EXPECT_NE(seal_.seal("t", "k", "text"), seal_.seal("t", "k", "text"));
}

TEST_F(SealTest, RefusesARecordInAnotherPlace) {
    const std::string sealed = seal_.seal("entries", "key", "text");
    EXPECT_FALSE(seal_.open("entries", "other", sealed));
    EXPECT_FALSE(seal_.open("versions", "key", sealed));
    EXPECT_FALSE(seal_.open("entriesk", "ey", sealed));
}

TEST_F(SealTest, RefusesEveryFlippedBitAndEveryCut) {
    const std::string sealed = seal_.seal("t", "k", "text");
    for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
        std::string bad = sealed;
        bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << i % 8));
        EXPECT_FALSE(seal_.open("t", "k", bad)) << i;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(seal_.open("t", "k", sealed.substr(0, size))) << size;
    }
}

TEST_F(SealTest, RefusesAnotherKey) {
    const store::Seal other(key_of(std::byte{2}), random_);
    EXPECT_FALSE(other.open("t", "k", seal_.seal("t", "k", "text")));
    EXPECT_NE(other.index("d", "text"), seal_.index("d", "text"));
}

TEST(Hasher, TellsListsOfPartsApart) {
    using Size = store::Hasher::Size;
    EXPECT_NE(store::Hasher(Size::bytes32).add("ab").add("c").digest32(),
              store::Hasher(Size::bytes32).add("a").add("bc").digest32());
}

}  // namespace
}  // namespace tizilim
