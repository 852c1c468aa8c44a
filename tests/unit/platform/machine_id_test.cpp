#include "platform/process/machine_id.h"

#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace tizilim {
namespace {

std::string id_in(const std::string& text) {
    const support::TempDirectory folder;
    std::ofstream(folder / "machine-id") << text;
    return platform::machine_id(folder / "machine-id");
}

TEST(MachineId, IsTheIdOfTheSystem) {
    EXPECT_EQ(id_in("0123456789abcdef0123456789abcdef\n"), "0123456789abcdef0123456789abcdef");
}

TEST(MachineId, IsEmptyWhereThereIsNone) {
    EXPECT_EQ(id_in(""), "");
    EXPECT_EQ(id_in("uninitialized\n"), "");
    EXPECT_EQ(id_in("0123456789abcdef0123456789abcde\n"), "");
    EXPECT_EQ(id_in("0123456789ABCDEF0123456789ABCDEF\n"), "");
    EXPECT_EQ(id_in("00000000000000000000000000000000\n"), "");
    EXPECT_EQ(id_in(std::string(10'000, 'a')), "");
    EXPECT_EQ(platform::machine_id("/nowhere/machine-id"), "");
}

}  // namespace
}  // namespace tizilim
