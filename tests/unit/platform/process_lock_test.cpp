#include "platform/process_lock.h"

#include "platform/file.h"
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
    const Holder holder(folder / "lock");

    EXPECT_EQ(refusal(folder / "lock"), "process " + std::to_string(holder.pid()) + " holds " +
                                            (folder / "lock").string() +
                                            "; stop it first, or work through it");
}

TEST(ProcessLock, IsFreeWhenItsHolderIsKilled) {
    const support::TempDirectory folder;
    Holder holder(folder / "lock");
    ASSERT_NE(refusal(folder / "lock"), "");

    holder.kill();

    EXPECT_EQ(refusal(folder / "lock"), "");
}

TEST(ProcessLock, IsTakenOnceInOneProcessToo) {
    const support::TempDirectory folder;
    std::optional<ProcessLock> lock(std::in_place, folder / "lock");

    EXPECT_EQ(refusal(folder / "lock").find("process " + std::to_string(::getpid())), 0U);

    lock.reset();
    EXPECT_EQ(refusal(folder / "lock"), "");
}

TEST(ProcessLock, LeavesItsFileButNoPid) {
    const support::TempDirectory folder;

    {
        const ProcessLock lock(folder / "lock");
    }

    EXPECT_EQ(platform::read_file(folder / "lock", 100), "");
    EXPECT_EQ(platform::access_beyond_owner(folder / "lock"), "");
}

TEST(ProcessLock, DoesWithoutAPidThatCannotBeRead) {
    const support::TempDirectory folder;
    const Holder holder(folder / "lock");

    for (const std::string content : {"", "12", "nonsense\n", "\n", "12 34\n"}) {
        std::ofstream(folder / "lock") << content;

        EXPECT_EQ(refusal(folder / "lock").find("another process holds "), 0U) << content;
    }
}

TEST(ProcessLock, OverwritesTheLongerPidOfADeadHolder) {
    const support::TempDirectory folder;
    std::ofstream(folder / "lock") << "99999999999\n";

    const ProcessLock lock(folder / "lock");

    EXPECT_EQ(platform::read_file(folder / "lock", 100), std::to_string(::getpid()) + "\n");
}

TEST(ProcessLock, SaysWhenItsFileCannotBeMade) {
    const support::TempDirectory folder;

    EXPECT_THROW(ProcessLock(folder / "none" / "lock"), platform::FileError);
    EXPECT_THROW(ProcessLock{folder.path()}, platform::FileError);
}

}  // namespace
}  // namespace tizilim
