#include "platform/text/nearest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tizilim {
namespace {

using platform::nearest;

TEST(Nearest, FindsWhatWasMeantByASlip) {
    const std::vector<std::string> names{"list", "show", "void", "sync", "sign", "status"};
    EXPECT_EQ(nearest("lst", names), "list");
    EXPECT_EQ(nearest("shwo", names), "show");
    EXPECT_EQ(nearest("statsu", names), "status");
    EXPECT_EQ(nearest("delete", names), "");
    EXPECT_EQ(nearest("", names), "");
    EXPECT_EQ(nearest(std::string(100'000, 'x'), names), "");
}

TEST(Nearest, CountsLettersAndNotBytes) {
    const std::vector<std::string> words{"тергеуші", "қаулы", "сот"};
    EXPECT_EQ(nearest("тиргеушы", words), "тергеуші");
    EXPECT_EQ(nearest("қалуы", words), "қаулы");
    EXPECT_EQ(nearest("тиргиушы", words), "");
    EXPECT_EQ(nearest("том", words), "");
}

TEST(Nearest, TakesBytesThatAreNoText) {
    EXPECT_EQ(nearest("li\xffst", std::vector<std::string>{"list"}), "list");
}

}  // namespace
}  // namespace tizilim
