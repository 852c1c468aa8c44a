#include "store/keys/recovery_code.h"

#include "platform/files/key_store.h"
#include "platform/text/message.h"
#include "store/keys/recovery_cost.h"
#include "store/keys/seal.h"
#include "store/register/recovery.h"
#include "tests/support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::RecoveryCode;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr store::RecoveryCost kCheap{.passes = 1, .memory_bytes = store::kRecoveryMemoryMin};

/// The places of a code's text that hold a sign, not a dash.
std::vector<std::size_t> places_of(const std::string& text) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '-') places.push_back(i);
    }
    return places;
}

bool reads(const std::string& text) {
    return RecoveryCode::parse(text).has_value();
}

std::string problem_of(const std::string& text) {
    const auto parsed = RecoveryCode::parse(text);
    return parsed ? "" : in_english(parsed.error());
}

class RecoveryCodeTest : public testing::Test {
protected:
    support::SeededRandom random_;
    RecoveryCode code_ = RecoveryCode::make(random_);
    std::string text_ = code_.text();
};

TEST_F(RecoveryCodeTest, IsSevenGroupsOfFourSignsThatNobodyTakesForAnother) {
    EXPECT_EQ(text_.size(), 34U);
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (i % 5 == 4) {
            EXPECT_EQ(text_[i], '-') << i;
        } else {
            EXPECT_NE(kAlphabet.find(text_[i]), std::string_view::npos) << i;
        }
    }
}

TEST_F(RecoveryCodeTest, DrawsAnotherEachTime) {
    EXPECT_NE(RecoveryCode::make(random_).text(), text_);
}

TEST_F(RecoveryCodeTest, ReadsBackHoweverItIsTyped) {
    constexpr auto kNoise =
        std::to_array<std::string_view>({"", " ", "-", "\t", "\r\n", "—", "‑", " ", "−", "  - "});
    for (int round = 0; round < 500; ++round) {
        const RecoveryCode code = RecoveryCode::make(random_);
        std::string typed = "\ufeff ";
        for (const char sign : code.text()) {
            if (sign == '-') continue;
            typed += kNoise[random_.below(kNoise.size())];
            const auto kind = random_.below(3);
            if (sign == '0' && kind != 0) {
                typed += kind == 1 ? "o" : "О";  // the second is Cyrillic
            } else if (sign == '1' && kind != 0) {
                typed += kind == 1 ? "l" : "I";
            } else {
                typed += kind == 0 ? sign : static_cast<char>(std::tolower(sign));
            }
        }
        typed += " \n";

        const auto parsed = RecoveryCode::parse(typed);

        ASSERT_TRUE(parsed.has_value()) << round << ": " << in_english(parsed.error());
        EXPECT_EQ(parsed->bytes(), code.bytes()) << round;
    }
}

TEST_F(RecoveryCodeTest, ReadsCyrillicLettersOfAKeyboardThatWasNotSwitched) {
    constexpr auto kSame = std::to_array<std::pair<char, std::string_view>>({{'A', "А"},
                                                                             {'B', "В"},
                                                                             {'C', "С"},
                                                                             {'E', "е"},
                                                                             {'H', "Н"},
                                                                             {'K', "к"},
                                                                             {'M', "М"},
                                                                             {'P', "р"},
                                                                             {'T', "Т"},
                                                                             {'X', "х"},
                                                                             {'Y', "У"}});
    for (int round = 0; round < 50; ++round) {
        const RecoveryCode code = RecoveryCode::make(random_);
        std::string typed;
        for (const char sign : code.text()) {
            const auto* const same = std::find_if(kSame.begin(), kSame.end(),
                                                  [&](const auto& s) { return s.first == sign; });
            typed += same == kSame.end() ? std::string(1, sign) : std::string(same->second);
        }
        const auto parsed = RecoveryCode::parse(typed);
        ASSERT_TRUE(parsed.has_value()) << in_english(parsed.error());
        EXPECT_EQ(parsed->bytes(), code.bytes());
    }
}

TEST_F(RecoveryCodeTest, NoticesEveryWrongSign) {
    for (int round = 0; round < 20; ++round) {
        const std::string text = RecoveryCode::make(random_).text();
        for (const std::size_t place : places_of(text)) {
            for (const char sign : kAlphabet) {
                std::string wrong = text;
                if (std::exchange(wrong[place], sign) == sign) continue;
                EXPECT_FALSE(reads(wrong)) << place << sign;
            }
        }
    }
}

TEST_F(RecoveryCodeTest, NoticesAnyTwoSignsThatChangedPlaces) {
    for (int round = 0; round < 50; ++round) {
        const std::string text = RecoveryCode::make(random_).text();
        const std::vector<std::size_t> places = places_of(text);
        for (std::size_t one = 0; one < places.size(); ++one) {
            for (std::size_t other = 0; other < one; ++other) {
                std::string wrong = text;
                std::swap(wrong[places[one]], wrong[places[other]]);
                EXPECT_EQ(reads(wrong), wrong == text) << one << ' ' << other;
            }
        }
    }
}

TEST_F(RecoveryCodeTest, NoticesTwoWrongSigns) {
    const std::vector<std::size_t> places = places_of(text_);
    for (int round = 0; round < 20'000; ++round) {
        std::string wrong = text_;
        const std::size_t one = places[random_.below(places.size())];
        const std::size_t other = places[random_.below(places.size())];
        wrong[one] = kAlphabet[random_.below(kAlphabet.size())];
        wrong[other] = kAlphabet[random_.below(kAlphabet.size())];
        EXPECT_EQ(reads(wrong), wrong == text_);
    }
}

TEST_F(RecoveryCodeTest, SaysWhatIsWrongAndNeverTheCode) {
    std::string with_u = text_;
    with_u[6] = 'U';
    EXPECT_THAT(problem_of(with_u), testing::HasSubstr("sign 2 of group 2"));
    EXPECT_THAT(problem_of(text_.substr(0, 33)), testing::HasSubstr("this one has 27"));
    EXPECT_THAT(problem_of(text_ + "77"), testing::HasSubstr("this one has 30"));
    EXPECT_THAT(problem_of(""), testing::HasSubstr("this one has 0"));
    EXPECT_THAT(problem_of(std::string(100'000, 'A')), testing::HasSubstr("far too long"));
    std::string mistyped = text_;
    mistyped[0] = mistyped[0] == 'A' ? 'B' : 'A';
    const std::string problem = problem_of(mistyped);
    EXPECT_THAT(problem, testing::HasSubstr("last two signs"));
    for (std::size_t group = 0; group < text_.size(); group += 5) {
        EXPECT_EQ(problem.find(mistyped.substr(group, 4)), std::string::npos);
    }
}

TEST_F(RecoveryCodeTest, RefusesACodeOfOneSignAlone) {
    for (const char sign : kAlphabet) EXPECT_FALSE(reads(std::string(28, sign))) << sign;
}

class WrappedKeyTest : public RecoveryCodeTest {
protected:
    platform::MasterKey key_{random_.bytes<platform::MasterKey::kBytes>()};
    store::WrappedKey wrapped_ = store::wrap_key(key_, code_.bytes(), kCheap, random_);
};

TEST_F(WrappedKeyTest, IsOpenedByItsCodeAlone) {
    const auto opened = store::unwrap_key(wrapped_, code_.bytes());
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->bytes(), key_.bytes());
    EXPECT_FALSE(store::unwrap_key(wrapped_, RecoveryCode::make(random_).bytes()).has_value());
}

TEST_F(WrappedKeyTest, RefusesEveryFlippedBit) {
    const std::string bytes = store::encode(wrapped_);
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
        std::string bad = bytes;
        bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << i % 8));
        const auto decoded = store::decode_wrapped_key(bad);
        // Costs that a bit makes large are left out: they would only take long.
        if (!decoded || decoded->cost.memory_bytes > 4 * kCheap.memory_bytes) continue;
        EXPECT_FALSE(store::unwrap_key(*decoded, code_.bytes()).has_value()) << i;
    }
}

TEST_F(WrappedKeyTest, RefusesACostThatNoMachineShouldBear) {
    const auto accepted = [this](std::uint64_t passes, std::uint64_t memory) {
        store::WrappedKey asked = wrapped_;
        asked.cost = {.passes = passes, .memory_bytes = memory};
        return store::decode_wrapped_key(store::encode(asked)).has_value();
    };
    constexpr auto kHuge = std::numeric_limits<std::uint64_t>::max();
    EXPECT_TRUE(accepted(20, store::kRecoveryMemoryMax));
    EXPECT_FALSE(accepted(21, store::kRecoveryMemoryMin));
    EXPECT_FALSE(accepted(0, store::kRecoveryMemoryMin));
    EXPECT_FALSE(accepted(1, store::kRecoveryMemoryMax + 1));
    EXPECT_FALSE(accepted(1, store::kRecoveryMemoryMin - 1));
    EXPECT_FALSE(accepted(kHuge, kHuge));
    EXPECT_FALSE(store::decode_wrapped_key("").has_value());
}

class StreamTest : public testing::Test {
protected:
    support::SeededRandom random_;
    store::Seal seal_{platform::MasterKey(random_.bytes<platform::MasterKey::kBytes>()), random_};
    store::StreamSealer sealer_{seal_, random_};
    std::string first_ = sealer_.seal("first", "bound", false);
    std::string second_ = sealer_.seal("second", "bound", true);
};

TEST_F(StreamTest, OpensItsPartsInOrderAndKnowsTheLast) {
    store::StreamOpener opener(seal_, sealer_.header());
    const auto first = opener.open(first_, "bound");
    const auto second = opener.open(second_, "bound");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->plain, "first");
    EXPECT_FALSE(first->last);
    EXPECT_EQ(second->plain, "second");
    EXPECT_TRUE(second->last);
}

TEST_F(StreamTest, RefusesAnotherOrderBindingKeyOrHeader) {
    const store::Seal other(platform::MasterKey(random_.bytes<platform::MasterKey::kBytes>()),
                            random_);
    std::string header = sealer_.header();
    EXPECT_FALSE(store::StreamOpener(seal_, header).open(second_, "bound").has_value());
    EXPECT_FALSE(store::StreamOpener(seal_, header).open(first_, "unbound").has_value());
    EXPECT_FALSE(store::StreamOpener(other, header).open(first_, "bound").has_value());
    EXPECT_FALSE(store::StreamOpener(seal_, header).open("", "bound").has_value());
    header[0] = static_cast<char>(header[0] ^ 1);
    EXPECT_FALSE(store::StreamOpener(seal_, header).open(first_, "bound").has_value());
}

}  // namespace
}  // namespace tizilim
