#include "platform/files/process_lock.h"

#include "platform/files/file.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tizilim {
namespace {

using platform::LockHeld;
using platform::ProcessLock;

/// Another process that holds the lock from when the constructor returns until it is killed.
class Holder {
public:
    explicit Holder(const std::filesystem::path& file) {
        int ends[2] = {-1, -1};
        EXPECT_EQ(::pipe(ends), 0);
        child_ = ::fork();
        if (child_ == 0) {
            const ProcessLock lock(file);
            if (::write(ends[1], "x", 1) != 1) ::_exit(1);
            while (true) ::pause();
        }
        ::close(ends[1]);
        char ready = 0;
        EXPECT_EQ(::read(ends[0], &ready, 1), 1);
        ::close(ends[0]);
    }
    ~Holder() { kill(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    void kill() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }
    [[nodiscard]] pid_t pid() const { return child_; }

private:
    pid_t child_ = -1;
};

std::string refusal(const std::filesystem::path& file) {
    try {
        const ProcessLock lock(file);
    } catch (const LockHeld& error) {
        return error.what();
    }
    return {};
}

TEST(ProcessLock, NamesTheProcessThatHoldsIt) {
    const support::TempDirectory folder;
    const Holder holder(folder.path());

    EXPECT_EQ(refusal(folder.path()), folder.path().string() + " is in use by process " +
                                          std::to_string(holder.pid()) +
                                          "; stop it first, or work through it");
}

TEST(ProcessLock, IsFreeWhenItsHolderIsKilled) {
    const support::TempDirectory folder;
    Holder holder(folder.path());
    ASSERT_NE(refusal(folder.path()), "");

    holder.kill();

    EXPECT_EQ(refusal(folder.path()), "");
}

TEST(ProcessLock, IsTakenOnceInOneProcessToo) {
    const support::TempDirectory folder;
    std::optional<ProcessLock> lock(std::in_place, folder.path());

    EXPECT_NE(refusal(folder.path()), "");

    lock.reset();
    EXPECT_EQ(refusal(folder.path()), "");
}

TEST(ProcessLock, LeavesNothingThatCouldBeRemoved) {
    const support::TempDirectory folder;
    const ProcessLock lock(folder.path());

    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ProcessLock, IsMetUnderEveryOtherNameOfAFile) {
    const support::TempDirectory folder;
    std::ofstream(folder / "file") << "x";
    std::filesystem::create_symlink(folder / "file", folder / "link");
    std::filesystem::create_hard_link(folder / "file", folder / "other");

    const ProcessLock lock(folder / "file");

    EXPECT_NE(refusal(folder / "file"), "");
    EXPECT_NE(refusal(folder / "link"), "");
    EXPECT_NE(refusal(folder / "other"), "");
}

/// What a lock by fcntl does not.
TEST(ProcessLock, OutlivesAnotherDescriptorOfItsFile) {
    const support::TempDirectory folder;
    std::ofstream(folder / "file") << "x";
    const ProcessLock lock(folder / "file");

    EXPECT_EQ(platform::read_file(folder / "file", 10), "x");

    EXPECT_NE(refusal(folder / "file"), "");
}

TEST(ProcessLock, KnowsWhetherItsPathStillLeadsToIt) {
    const support::TempDirectory folder;
    std::ofstream(folder / "file") << "x";
    const ProcessLock lock(folder / "file");
    EXPECT_EQ(lock.place(), ProcessLock::Place::kept);

    std::filesystem::rename(folder / "file", folder / "moved");
    EXPECT_EQ(lock.place(), ProcessLock::Place::removed);
    std::ofstream(folder / "file") << "x";
    EXPECT_EQ(lock.place(), ProcessLock::Place::replaced);
    std::filesystem::rename(folder / "moved", folder / "file");
    EXPECT_EQ(lock.place(), ProcessLock::Place::kept);
    std::filesystem::rename(folder / "file", folder / "moved");
    std::filesystem::create_symlink("moved", folder / "file");
    EXPECT_EQ(lock.place(), ProcessLock::Place::kept);
}

TEST(ProcessLock, SaysWhatCannotBeOpened) {
    const support::TempDirectory folder;

    EXPECT_THROW(ProcessLock(folder / "none"), platform::FileError);
    EXPECT_FALSE(std::filesystem::exists(folder / "none"));
}

}  // namespace
}  // namespace tizilim
