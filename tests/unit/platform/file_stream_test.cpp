#include "platform/files/file_stream.h"

#include "platform/files/file.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <sys/stat.h>

namespace tizilim {
namespace {

using platform::NewFile;

constexpr std::size_t kBytesMax = 1000;

class NewFiles : public testing::Test {
protected:
    [[nodiscard]] auto files() const {
        return std::distance(std::filesystem::directory_iterator(folder_.path()), {});
    }

    support::TempDirectory folder_;
    const std::filesystem::path target_ = folder_ / "document";
};

TEST_F(NewFiles, TakeTheirNameWhenTheyAreWhole) {
    platform::write_file_atomically(target_, "old");
    NewFile file(target_);
    file.write("one ");
    file.write("two");
    EXPECT_EQ(platform::read_file(target_, kBytesMax), "old");

    file.sync();
    file.publish();

    EXPECT_EQ(platform::read_file(target_, kBytesMax), "one two");
    EXPECT_EQ(platform::access_beyond_owner(target_), "");
    EXPECT_EQ(files(), 1);
}

TEST_F(NewFiles, LeaveNothingWhenTheyAreGivenUp) {
    {
        NewFile file(target_);
        file.write("half");
    }

    EXPECT_EQ(files(), 0);
}

TEST_F(NewFiles, RefuseAFolderAndAMissingOne) {
    EXPECT_THROW(NewFile(folder_.path()), platform::FileError);
    EXPECT_THROW(NewFile(folder_ / "none" / "document"), platform::FileError);
}

TEST_F(NewFiles, NeverTakeThePlaceOfADeviceOrAPipe) {
    ASSERT_EQ(::mkfifo(target_.c_str(), 0600), 0);

    EXPECT_THROW(NewFile{target_}, platform::FileError);
    EXPECT_THROW(platform::write_file_atomically(target_, "text"), platform::FileError);

    EXPECT_TRUE(std::filesystem::is_fifo(target_));
    EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace tizilim
