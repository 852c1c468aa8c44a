#include "platform/part_file.h"

#include "platform/file.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

namespace tizilim {
namespace {

using platform::PartFile;

constexpr std::size_t kBytesMax = 1000;

class PartFiles : public testing::Test {
protected:
    [[nodiscard]] auto files() const {
        return std::distance(std::filesystem::directory_iterator(folder_.path()), {});
    }

    support::TempDirectory folder_;
    const std::filesystem::path target_ = folder_ / "document";
};

TEST_F(PartFiles, TakeTheirNameWhenTheyAreWhole) {
    platform::write_file_atomically(target_, "old");
    PartFile file(target_);
    file.append("one ");
    file.append("two");
    EXPECT_EQ(platform::read_file(target_, kBytesMax), "old");

    file.finish();

    EXPECT_EQ(platform::read_file(target_, kBytesMax), "one two");
    EXPECT_EQ(platform::access_beyond_owner(target_), "");
    EXPECT_EQ(files(), 1);
}

TEST_F(PartFiles, LeaveNothingWhenTheyAreGivenUp) {
    {
        PartFile file(target_);
        file.append("half");
    }

    EXPECT_EQ(files(), 0);
}

TEST_F(PartFiles, RefuseAFolderAndAMissingOne) {
    EXPECT_THROW(PartFile(folder_.path()), platform::FileError);
    EXPECT_THROW(PartFile(folder_ / "none" / "document"), platform::FileError);
}

}  // namespace
}  // namespace tizilim
