#include "store/backup/backup.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/unit/store/backup_fixture.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

namespace {

/// How many more writes to a file that is written from start to end the disk takes; below zero: any
/// number.
std::atomic<int> stream_writes_left{-1};
std::atomic<int> stream_writes{0};
/// Turns over a bit of what is written, as a failing disk does.
std::atomic<bool> disk_lies{false};
std::atomic<bool> sync_fails{false};

}  // namespace

// What backups write by, seen before the system sees it: a definition in the program takes
// precedence over the C library's.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming,misc-definitions-in-headers)
ssize_t write(int file, const void* bytes, size_t size) {
    ++stream_writes;
    if (stream_writes_left == 0) {
        errno = ENOSPC;
        return -1;
    }
    if (stream_writes_left > 0) --stream_writes_left;
    if (!disk_lies || size < 100) return ::syscall(SYS_write, file, bytes, size);
    std::string other(static_cast<const char*>(bytes), size);
    other[size / 2] = static_cast<char>(other[size / 2] ^ 1);
    return ::syscall(SYS_write, file, other.data(), size);
}
int fsync(int file) {
    if (!sync_fails) return static_cast<int>(::syscall(SYS_fsync, file));
    errno = EIO;
    return -1;
}
// NOLINTEND(readability-identifier-naming,misc-definitions-in-headers)
}

namespace tizilim {
namespace {

using Kind = store::StoreError::Kind;

class BackupDisk : public BackupTest {
protected:
    ~BackupDisk() override {
        stream_writes_left = -1;
        disk_lies = false;
        sync_fails = false;
    }
};

TEST_F(BackupDisk, LeavesNothingBehindWhicheverWriteFails) {
    add_many(150);
    stream_writes = 0;
    const auto whole = back_up(1).file;
    const int writes = stream_writes;
    ASSERT_GE(writes, 3);

    for (int allowed = 0; allowed < writes; ++allowed) {
        stream_writes_left = allowed;
        const auto failure = refusal_of([&] { return back_up(1); });
        stream_writes_left = -1;
        ASSERT_TRUE(failure.has_value()) << allowed;
        EXPECT_EQ(failure->kind(), Kind::disk_full) << allowed;
        EXPECT_EQ(names_of(folder_), std::vector<std::string>{whole.filename().string()});
    }

    EXPECT_EQ(back_up(1).entries, 150U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(BackupDisk, NoticesADiskThatKeepsSomethingElse) {
    add(good_input());
    const auto whole = back_up().file;
    disk_lies = true;
    const auto failure = kind_of([&] { return back_up(1); });
    disk_lies = false;
    EXPECT_EQ(failure, Kind::damaged);
    EXPECT_EQ(names_of(folder_), std::vector<std::string>{whole.filename().string()});
}

TEST_F(BackupDisk, IsNoneBeforeTheDiskHasIt) {
    add(good_input());
    sync_fails = true;
    const auto failure = kind_of([&] { return back_up(); });
    sync_fails = false;
    EXPECT_EQ(failure, Kind::io);
    EXPECT_EQ(names_of(folder_), std::vector<std::string>{});
}

}  // namespace
}  // namespace tizilim
