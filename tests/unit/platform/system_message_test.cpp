#include "platform/text/system_message.h"

#include "platform/text/message.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <ios>
#include <system_error>

namespace tizilim::platform {
namespace {

TEST(SystemMessage, IsInWordsWhereAPersonMeetsIt) {
    EXPECT_EQ(system_message(ENOSPC), Message{"system.no_space"});
    EXPECT_EQ(system_message(std::error_code(ENOENT, std::system_category())),
              Message{"system.no_such_file"});
    EXPECT_EQ(system_message(std::make_error_code(std::errc::read_only_file_system)),
              Message{"system.read_only"});
}

TEST(SystemMessage, IsTheSystemsOwnOfTheRest) {
    const std::error_code odd(EXDEV, std::generic_category());

    EXPECT_EQ(system_message(odd), as_it_stands(odd.message()));
    const auto of_a_stream = std::make_error_code(std::io_errc::stream);
    EXPECT_EQ(system_message(of_a_stream), as_it_stands(of_a_stream.message()));
}

}  // namespace
}  // namespace tizilim::platform
