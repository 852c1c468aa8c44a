#include "platform/files/exposure.h"

#include "platform/files/file.h"
#include "platform/text/message.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tizilim::platform {
namespace {

using std::filesystem::perms;
using testing::HasSubstr;

/// In English; empty: others can do nothing.
std::string in_words(const std::filesystem::path& path) {
    const auto exposure = exposure_to_others(path);
    return exposure ? in_english(*exposure) : std::string();
}

constexpr int kCannotBeTried = 2;

/// Looks at a path as a user in whose namespace there is no other, as systemd's PrivateUsers= makes
/// it. 0: others can do nothing; 1: they can; kCannotBeTried: the system makes no such namespace.
int looked_at_alone(const char* path) {
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t kSomeUser = 12345;
        if (::geteuid() == 0 && ::setresuid(kSomeUser, kSomeUser, kSomeUser) != 0)
            ::_exit(kCannotBeTried);
        const std::string user = std::to_string(::geteuid());
        ::prctl(PR_SET_DUMPABLE, 1);
        if (::unshare(CLONE_NEWUSER) != 0) ::_exit(kCannotBeTried);
        std::ofstream map("/proc/self/uid_map");
        if (!(map << user + ' ' + user + " 1" << std::flush)) ::_exit(kCannotBeTried);
        ::_exit(exposure_to_others(path) ? 1 : 0);
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Exposure : public testing::Test {
protected:
    Exposure() {
        make_private_directory(folder_);
        write_file_atomically(file_, "x");
    }
    support::TempDirectory root_;
    std::filesystem::path folder_ = root_ / "folder";
    std::filesystem::path file_ = folder_ / "file";
};

TEST_F(Exposure, IsNoneOfWhatIsOnesOwn) {
    EXPECT_EQ(in_words(file_), "");
    EXPECT_EQ(in_words(folder_), "");
    EXPECT_EQ(in_words(folder_ / "not" / "there"), "");
}

TEST_F(Exposure, IsNoneOfTheAdministratorsFiles) {
    EXPECT_EQ(in_words("/etc/passwd"), "");
}

TEST_F(Exposure, InANamespaceWithoutAnAdministratorOnlyTheSystemsFoldersAreHis) {
    const int of_the_system = looked_at_alone("/etc/passwd");
    if (of_the_system == kCannotBeTried) GTEST_SKIP() << "the system makes no user namespace here";

    EXPECT_EQ(of_the_system, 0);
    EXPECT_EQ(looked_at_alone("/usr/bin/env"), 0);
    EXPECT_EQ(looked_at_alone("/var/lib/dpkg/status"), 1);
}

TEST_F(Exposure, IsNamedWhereOthersMayWrite) {
    for (const perms who : {perms::group_write, perms::others_write}) {
        std::filesystem::permissions(file_, perms::owner_read | who);
        std::filesystem::permissions(folder_, perms::owner_all | who);

        EXPECT_THAT(in_words(file_), HasSubstr("chmod go-w " + file_.string()));
        EXPECT_THAT(in_words(folder_), HasSubstr("chmod go-w " + folder_.string()));
    }
}

TEST_F(Exposure, IsNamedThroughALink) {
    std::filesystem::permissions(file_, perms::owner_read | perms::others_write);
    std::filesystem::create_symlink(file_, root_ / "link");

    EXPECT_THAT(in_words(root_ / "link"), HasSubstr("chmod go-w"));
}

TEST_F(Exposure, IsNamedWhereAFolderAboveIsAnyones) {
    std::filesystem::permissions(root_.path(), perms::all);

    EXPECT_THAT(in_words(file_), HasSubstr("chmod o-w " + root_.path().string()));
    EXPECT_THAT(in_words(folder_ / "not" / "there"), HasSubstr("chmod o-w"));

    std::filesystem::permissions(root_.path(), perms::all | perms::sticky_bit);
    EXPECT_EQ(in_words(file_), "");
}

TEST_F(Exposure, IsNamedWhereItIsAnotherUsers) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    ASSERT_EQ(::chown(file_.c_str(), 54321, 0), 0);
    ASSERT_EQ(::chown(folder_.c_str(), 54321, 0), 0);

    EXPECT_THAT(in_words(file_), HasSubstr("another user (id 54321)"));
    EXPECT_THAT(in_words(folder_), HasSubstr("another user (id 54321)"));
}

}  // namespace
}  // namespace tizilim::platform
