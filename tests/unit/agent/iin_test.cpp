#include "agent/config/iin.h"

#include <gtest/gtest.h>

namespace tizilim {
namespace {

TEST(Iin, IsTwelveDigits) {
    EXPECT_TRUE(agent::is_iin("123456789011"));
    EXPECT_FALSE(agent::is_iin(""));
    EXPECT_FALSE(agent::is_iin("12345678901"));
    EXPECT_FALSE(agent::is_iin("1234567890112"));
    EXPECT_FALSE(agent::is_iin("12345678901x"));
    EXPECT_FALSE(agent::is_iin("123456 89011"));
}

TEST(Iin, IsCheckedByItsLastDigit) {
    EXPECT_TRUE(agent::iin_checks("991332000003"));
    EXPECT_TRUE(agent::iin_checks("991332000406"));  // by the second weights
    EXPECT_FALSE(agent::iin_checks("991332000004"));
    EXPECT_FALSE(agent::iin_checks("991332000400"));
    EXPECT_FALSE(agent::iin_checks("123456789011"));
    EXPECT_FALSE(agent::iin_checks("99133200000"));
}

}  // namespace
}  // namespace tizilim
