#include "platform/files/file.h"

#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace tizilim {
namespace {

namespace fs = std::filesystem;
using platform::FileError;
using support::TempDirectory;

constexpr std::size_t kPlenty = 1'000'000;

std::string mode_of(const fs::path& path) {
    const auto bits = static_cast<unsigned>(fs::status(path).permissions());
    std::string text;
    for (const unsigned shift : {6U, 3U, 0U})
        text += static_cast<char>('0' + ((bits >> shift) & 7U));
    return text;
}

std::size_t files_in(const fs::path& directory) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {}));
}

/// What the call says when it fails; empty when it does not.
template <class Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const FileError& error) {
        return error.what();
    }
    return {};
}

/// Makes writes fail beyond `bytes`, for root too. SIGXFSZ is ignored, as write() then tells.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    sighandler_t handler_ = nullptr;
};

TEST(File, WritesWholeFilesForTheOwnerAlone) {
    const TempDirectory folder;
    const std::string content(300'000, 'x');

    platform::write_file_atomically(folder / "state", content);

    EXPECT_EQ(platform::read_file(folder / "state", kPlenty), content);
    EXPECT_EQ(mode_of(folder / "state"), "600");
    EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(File, ReplacesAFileAndTightensItsMode) {
    const TempDirectory folder;
    std::ofstream(folder / "state") << "a longer text that was there before";
    fs::permissions(folder / "state", fs::perms(0644));

    platform::write_file_atomically(folder / "state", "new");

    EXPECT_EQ(platform::read_file(folder / "state", kPlenty), "new");
    EXPECT_EQ(mode_of(folder / "state"), "600");
}

TEST(File, AFailedWriteLeavesTheOldFileAndNothingElse) {
    const TempDirectory folder;
    platform::write_file_atomically(folder / "state", "old");

    std::string error;
    {
        const FileSizeLimit limit(4096);
        error = error_of(
            [&] { platform::write_file_atomically(folder / "state", std::string(5000, 'x')); });
    }

    EXPECT_NE(error.find("cannot write " + (folder / "state").string()), std::string::npos)
        << error;
    EXPECT_EQ(platform::read_file(folder / "state", kPlenty), "old");
    EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(File, AFailedRenameLeavesNothingBehind) {
    const TempDirectory folder;
    fs::create_directories(folder / "state" / "inner");

    const std::string error =
        error_of([&] { platform::write_file_atomically(folder / "state", "new"); });

    EXPECT_NE(error.find("name a file, not a folder"), std::string::npos) << error;
    EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(File, SaysWhichPathIsWrongAndWhatToDo) {
    const TempDirectory folder;
    std::ofstream(folder / "file") << "x";

    const std::string missing =
        error_of([&] { platform::write_file_atomically(folder / "none" / "state", "x"); });
    const std::string under_file =
        error_of([&] { platform::write_file_atomically(folder / "file" / "state", "x"); });

    EXPECT_NE(missing.find((folder / "none").string()), std::string::npos) << missing;
    EXPECT_NE(missing.find("No such file or directory; check the path"), std::string::npos);
    EXPECT_NE(under_file.find("Not a directory; check the path"), std::string::npos) << under_file;
}

TEST(File, KeepsTheSystemsErrorForTheCaller) {
    const TempDirectory folder;

    try {
        static_cast<void>(platform::read_file(folder / "none", kPlenty));
        FAIL() << "read a file that is not there";
    } catch (const FileError& error) {
        EXPECT_EQ(error.system_error(), ENOENT);
    }
}

TEST(File, ReadsUpToItsBoundAndRefusesMore) {
    const TempDirectory folder;
    const std::string content(200'000, 'x');
    platform::write_file_atomically(folder / "big", content);
    platform::write_file_atomically(folder / "empty", "");

    EXPECT_EQ(platform::read_file(folder / "big", content.size()), content);
    EXPECT_EQ(platform::read_file(folder / "empty", 0), "");
    const std::string error =
        error_of([&] { static_cast<void>(platform::read_file(folder / "big", 199'999)); });
    EXPECT_NE(error.find("more than 199999 bytes"), std::string::npos) << error;
}

TEST(File, ReadsNoFolderAndNeverWaitsForAPipe) {
    const TempDirectory folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);

    const std::string directory =
        error_of([&] { static_cast<void>(platform::read_file(folder.path(), kPlenty)); });
    const std::string pipe =
        error_of([&] { static_cast<void>(platform::read_file(folder / "pipe", kPlenty)); });

    EXPECT_NE(directory.find("name a file, not a folder"), std::string::npos) << directory;
    EXPECT_NE(pipe.find("no regular file"), std::string::npos) << pipe;
}

TEST(PrivateDirectory, MakesMissingParentsForTheOwnerAlone) {
    const TempDirectory folder;

    platform::make_private_directory(folder / "a" / "b" / "c");
    platform::make_private_directory(folder / "a" / "b" / "c");

    EXPECT_EQ(mode_of(folder / "a"), "700");
    EXPECT_EQ(mode_of(folder / "a" / "b" / "c"), "700");
}

TEST(PrivateDirectory, RefusesAFileInTheWay) {
    const TempDirectory folder;
    std::ofstream(folder / "file") << "x";

    const std::string in_the_way =
        error_of([&] { platform::make_private_directory(folder / "file"); });
    const std::string above =
        error_of([&] { platform::make_private_directory(folder / "file" / "a"); });

    EXPECT_NE(in_the_way.find("cannot make the folder"), std::string::npos) << in_the_way;
    EXPECT_NE(above.find("a part of it is no folder"), std::string::npos) << above;
}

TEST(FileSpace, IsReservedWithoutChangingWhatIsThere) {
    const TempDirectory folder;
    const fs::path path = folder / "data";
    platform::write_file_atomically(path, "content");

    EXPECT_TRUE(platform::reserve_file_space(path, 1'000'000));

    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_GE(status.st_blocks * 512, 1'000'000);
    EXPECT_EQ(platform::read_file(path, 1'000'000).substr(0, 8), std::string("content\0", 8));
}

TEST(FileSpace, NeverMakesAFileShorter) {
    const TempDirectory folder;
    const fs::path path = folder / "data";
    platform::write_file_atomically(path, std::string(10'000, 'x'));

    EXPECT_TRUE(platform::reserve_file_space(path, 100));
    EXPECT_TRUE(platform::reserve_file_space(path, 0));

    EXPECT_EQ(platform::read_file(path, kPlenty), std::string(10'000, 'x'));
}

TEST(FileSpace, FillsHoles) {
    const TempDirectory folder;
    const fs::path path = folder / "data";
    platform::write_file_atomically(path, "");
    fs::resize_file(path, 1'000'000);

    EXPECT_TRUE(platform::reserve_file_space(path, 1'000'000));

    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_GE(status.st_blocks * 512, 1'000'000);
}

TEST(FileSpace, TellsAFullDiskFromOtherFailures) {
    const TempDirectory folder;
    struct statvfs shm{};
    // More than all of a tmpfs: it refuses at once, and no disk fills up.
    if (::statvfs("/dev/shm", &shm) != 0 || shm.f_blocks == 0) GTEST_SKIP() << "no tmpfs";
    const fs::path path = "/dev/shm/tizilim-full-" + std::to_string(::getpid());
    platform::write_file_atomically(path, "");

    const bool reserved = platform::reserve_file_space(path, (shm.f_blocks + 1) * shm.f_frsize);

    fs::remove(path);
    EXPECT_FALSE(reserved);
    EXPECT_NE(error_of([&] {
                  static_cast<void>(platform::reserve_file_space(folder.path(), 100));
              }).find("cannot open"),
              std::string::npos);
    EXPECT_NE(error_of([&] {
                  static_cast<void>(platform::reserve_file_space(folder / "x", UINT64_MAX));
              }).find("File too large"),
              std::string::npos);
}

TEST(FileAccess, IsToldWhenOthersHaveSome) {
    const TempDirectory folder;
    std::ofstream(folder / "file") << "x";
    const auto with_mode = [&](unsigned mode) {
        fs::permissions(folder / "file", fs::perms(mode));
        return platform::access_beyond_owner(folder / "file");
    };

    EXPECT_EQ(with_mode(0600), "");
    EXPECT_EQ(with_mode(0700), "");
    EXPECT_EQ(with_mode(0644), "0644");
    EXPECT_EQ(with_mode(0601), "0601");
    EXPECT_NE(error_of([&] {
                  static_cast<void>(platform::access_beyond_owner(folder / "none"));
              }).find("cannot examine"),
              std::string::npos);
}

TEST(AppendDurably, MakesAFileAndAddsToItsEnd) {
    const TempDirectory folder;
    const auto file = folder / "log";

    platform::append_durably(file, "one\n");
    platform::append_durably(file, "");
    platform::append_durably(file, "two\n");

    EXPECT_EQ(platform::read_file(file, 100), "one\ntwo\n");
    EXPECT_EQ(platform::access_beyond_owner(file), "");
    EXPECT_THROW(platform::append_durably(folder / "gone" / "log", "x"), FileError);
    EXPECT_THROW(platform::append_durably("/dev/full", "x"), FileError);
}

}  // namespace
}  // namespace tizilim
