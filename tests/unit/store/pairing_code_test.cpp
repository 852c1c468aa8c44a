#include "store/keys/pairing_code.h"

#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::PairingCode;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSigns = 56;

/// The sign of that place, dashes not counted.
char& sign_at(std::string& text, std::size_t place) {
    return text.at(place / 4 * 5 + place % 4);
}

std::string problem_of(const std::string& text) {
    const auto parsed = PairingCode::parse(text);
    return parsed ? "" : in_english(parsed.error());
}

class PairingCodeTest : public testing::Test {
protected:
    std::string random_key() {
        std::string key(PairingCode::kKeyBytes, '\0');
        random_.fill(std::as_writable_bytes(std::span(key)));
        return key;
    }
    /// `text_` with another sign at `place`.
    [[nodiscard]] std::string mistyped(std::string text, std::size_t place) {
        char& sign = sign_at(text, place);
        const std::size_t at = kAlphabet.find(sign);
        sign = kAlphabet[(at + 1 + random_.below(kAlphabet.size() - 1)) % kAlphabet.size()];
        return text;
    }

    support::SeededRandom random_;
    std::string key_ = random_key();
    std::string text_ = PairingCode(key_).text();
};

TEST_F(PairingCodeTest, IsFourteenGroupsOfFourSigns) {
    ASSERT_EQ(text_.size(), 69U);
    for (std::size_t i = 0; i < text_.size(); ++i) {
        EXPECT_EQ(text_[i] == '-', i % 5 == 4) << i;
        EXPECT_TRUE(text_[i] == '-' || kAlphabet.find(text_[i]) != std::string_view::npos) << i;
    }
}

TEST_F(PairingCodeTest, CarriesTheWholeKey) {
    for (int round = 0; round < 200; ++round) {
        const std::string key = random_key();
        std::string typed = " " + PairingCode(key).text() + "\n";
        for (char& sign : typed) {
            if (sign == '1') sign = 'l';
        }

        const auto parsed = PairingCode::parse(typed);

        ASSERT_TRUE(parsed.has_value()) << in_english(parsed.error());
        EXPECT_EQ(parsed->register_key(), key);
    }
}

TEST_F(PairingCodeTest, NoticesEveryWrongSignAndSaysInWhichGroup) {
    for (std::size_t place = 0; place < kSigns; ++place) {
        for (const char sign : kAlphabet) {
            std::string wrong = text_;
            if (std::exchange(sign_at(wrong, place), sign) == sign) continue;

            const std::string problem = problem_of(wrong);

            EXPECT_THAT(problem, HasSubstr("last four signs"));
            EXPECT_THAT(problem,
                        testing::EndsWith(", group " + std::to_string(place / 4 + 1) + " first"))
                << place << sign;
        }
    }
}

TEST_F(PairingCodeTest, NoticesEveryTwoSignsThatChangedPlaces) {
    for (std::size_t one = 0; one < kSigns; ++one) {
        for (std::size_t other = 0; other < one; ++other) {
            std::string wrong = text_;
            std::swap(sign_at(wrong, one), sign_at(wrong, other));
            EXPECT_EQ(problem_of(wrong).empty(), wrong == text_) << one << ' ' << other;
        }
    }
}

TEST_F(PairingCodeTest, NoticesEveryTwoWrongSigns) {
    for (std::size_t one = 0; one < kSigns; ++one) {
        for (std::size_t other = 0; other < one; ++other) {
            for (int round = 0; round < 10; ++round) {
                const std::string wrong = mistyped(mistyped(text_, one), other);
                EXPECT_NE(problem_of(wrong), "") << one << ' ' << other;
            }
        }
    }
}

TEST_F(PairingCodeTest, SaysWhatIsWrongAndNeverTheCode) {
    std::string with_u = text_;
    sign_at(with_u, 13) = 'U';
    EXPECT_THAT(problem_of(with_u), HasSubstr("sign 2 of group 4"));
    EXPECT_THAT(problem_of(text_.substr(0, text_.size() - 1)),
                HasSubstr("the pairing code has 56 signs, this one has 55"));
    EXPECT_THAT(problem_of(std::string(100'000, 'A')), HasSubstr("far too long"));
    const std::string wrong = mistyped(text_, 20);
    const std::string problem = problem_of(wrong);
    for (std::size_t group = 0; group < wrong.size(); group += 5) {
        EXPECT_THAT(problem, Not(HasSubstr(wrong.substr(group, 4))));
    }
}

TEST_F(PairingCodeTest, RefusesSpareBitsThatAreSet) {
    // Of the secret's last sign, with check signs that fit: no such code is ever written.
    const PairingCode longer(key_ + std::string(1, '\x70'));
    EXPECT_NE(problem_of(longer.text()), "");
}

TEST_F(PairingCodeTest, RefusesACodeOfOneSignAlone) {
    for (const char sign : kAlphabet) EXPECT_NE(problem_of(std::string(kSigns, sign)), "") << sign;
}

/// Registers of one lawyer on two PCs.
class JoinTest : public PairingCodeTest {
protected:
    store::RegisterSettings settings(const std::string& name) {
        store::RegisterSettings settings;
        settings.directory = folder_ / name;
        settings.recovery_cost = support::kCheapRecovery;
        return settings;
    }

    support::TempDirectory folder_;
    support::SimClock clock_;
    support::MemoryKeyStore first_keys_;
    support::MemoryKeyStore second_keys_;
};

TEST_F(JoinTest, SharesTheRegisterKeyAndNothingElse) {
    const std::string first_recovery =
        store::Register::create(settings("first"), first_keys_, clock_, random_);
    store::Register first(settings("first"), first_keys_, clock_, random_);
    const auto code = PairingCode::parse(first.pairing_code().text());
    ASSERT_TRUE(code.has_value());

    const std::string second_recovery =
        store::Register::join(settings("second"), second_keys_, *code, clock_, random_);

    store::Register second(settings("second"), second_keys_, clock_, random_);
    EXPECT_EQ(second.pairing_code().register_key(), first.pairing_code().register_key());
    EXPECT_NE(second.book().label, first.book().label);
    EXPECT_NE(second.replication().installation_id(), first.replication().installation_id());
    EXPECT_NE(second_recovery, first_recovery);
    EXPECT_NE(second_keys_.load("register")->bytes(), first_keys_.load("register")->bytes());
    EXPECT_FALSE(second.verify({}).first_bad.has_value());
}

TEST_F(JoinTest, RegistersThatWereNotPairedHaveKeysOfTheirOwn) {
    static_cast<void>(store::Register::create(settings("first"), first_keys_, clock_, random_));
    static_cast<void>(store::Register::create(settings("second"), second_keys_, clock_, random_));

    store::Register first(settings("first"), first_keys_, clock_, random_);
    store::Register second(settings("second"), second_keys_, clock_, random_);

    EXPECT_NE(second.pairing_code().register_key(), first.pairing_code().register_key());
}

TEST_F(JoinTest, NeverTakesThePlaceOfARegister) {
    static_cast<void>(store::Register::create(settings("first"), first_keys_, clock_, random_));
    const std::string before =
        store::Register(settings("first"), first_keys_, clock_, random_).pairing_code().text();

    try {
        static_cast<void>(store::Register::join(settings("first"), first_keys_,
                                                PairingCode(random_key()), clock_, random_));
        FAIL() << "a register was made over another";
    } catch (const store::StoreError& error) {
        EXPECT_EQ(error.kind(), store::StoreError::Kind::exists);
    }

    EXPECT_EQ(
        store::Register(settings("first"), first_keys_, clock_, random_).pairing_code().text(),
        before);
}

}  // namespace
}  // namespace tizilim
