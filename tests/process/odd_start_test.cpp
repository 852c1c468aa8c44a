#include "tests/process/office.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <signal.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace tizilim::process {
namespace {

/// `program` of an office, started by `script`, in which "$@" is the program.
support::Command started_by(const std::string& script, const Office& office,
                            const std::string& program,
                            const std::vector<std::string>& arguments = {}) {
    support::Command command{
        "/bin/sh", "-c",           script,
        "sh",      "/usr/bin/env", "XDG_STATE_HOME=" + office.state_folder().string(),
        program,   "--config",     office.config().string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

/// The n-th of every set of them.
std::string closing(unsigned set) {
    std::string script = "exec \"$@\"";
    for (unsigned number = 0; number < 3; ++number) {
        if ((set >> number & 1U) != 0) script += " " + std::to_string(number) + ">&-";
    }
    return script;
}

TEST(StandardDescriptors, MayBeMissingWhenTheDaemonStarts) {
    for (unsigned set = 1; set < 8; ++set) {
        Office office("");
        const std::filesystem::path out = office.folder() / "out";
        support::ChildProcess daemon(started_by(closing(set), office, TIZILIMD_PROGRAM), out, out);
        ASSERT_TRUE(
            support::eventually(kCommandTime, [&] { return office.status().object() != nullptr; }))
            << set << support::text_of(out);

        EXPECT_EQ(office.tizilim(office.add_arguments(1)).code, 0) << set;
        daemon.signal(SIGHUP);  // which it writes of
        EXPECT_EQ(office.tizilim(office.add_arguments(2)).code, 0) << set;
        daemon.signal(SIGTERM);
        EXPECT_EQ(daemon.wait(kCommandTime), 0) << set;

        EXPECT_EQ(office.tizilim({"verify", "--offline"}).code, 0) << set;
        for (const auto& file :
             std::filesystem::recursive_directory_iterator(office.register_folder())) {
            if (!file.is_regular_file()) continue;
            EXPECT_EQ(support::text_of(file.path()).find("level="), std::string::npos)
                << set << file.path();
        }
    }
}

TEST(StandardDescriptors, MayBeMissingForACommandButWhatNobodySawIsNoSuccess) {
    Office office("");

    const support::Finished unseen =
        support::run(started_by(closing(2), office, TIZILIM_PROGRAM, {"version"}), office.folder(),
                     kCommandTime);
    const support::Finished verified =
        support::run(started_by(closing(7), office, TIZILIM_PROGRAM, {"verify", "--offline"}),
                     office.folder(), kCommandTime);

    EXPECT_EQ(unseen.code, 1);
    EXPECT_EQ(verified.code, 1);
    EXPECT_EQ(office.tizilim({"verify", "--offline"}).code, 0);
}

/// A limit of 1 MiB: less than the register has in use with its reserve.
TEST(FileSizeLimit, IsAnErrorWithItsNameAndLosesNothing) {
    Office office("");
    const std::filesystem::path out = office.folder() / "out";
    support::ChildProcess daemon(
        started_by("ulimit -f 1024; exec \"$@\"", office, TIZILIMD_PROGRAM), out, out);
    ASSERT_TRUE(support::eventually(kCommandTime, [&] {
        return office.status().object() != nullptr;
    })) << support::text_of(out);

    const support::Finished added = office.tizilim(office.add_arguments(1));

    EXPECT_EQ(added.code, 1);
    EXPECT_NE(added.err.find("ulimit -f"), std::string::npos) << added.err;
    EXPECT_TRUE(daemon.running());
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(kCommandTime), 0);
    EXPECT_EQ(office.tizilim({"verify", "--offline"}).code, 0);
}

TEST(ReadOnlyFolder, IsNamedByVerify) {
    const Office office("");
    const std::string folder = office.register_folder().string();
    const support::Command own_mounts{"/usr/bin/unshare", "--user", "--map-root-user", "--mount"};
    support::Command command = own_mounts;
    command.emplace_back("/bin/true");
    if (support::run(command, office.folder(), kCommandTime).code != 0) {
        GTEST_SKIP() << "no mount namespace can be made here";
    }
    command = own_mounts;
    for (const std::string& word :
         started_by("mount --bind " + folder + " " + folder + " && mount -o remount,ro,bind " +
                        folder + " && exec \"$@\"",
                    office, TIZILIM_PROGRAM, {"verify", "--offline"})) {
        command.push_back(word);
    }

    const support::Finished refused = support::run(command, office.folder(), kCommandTime);

    EXPECT_EQ(refused.code, 1) << refused.err;
    EXPECT_EQ(refused.err.find("tizilim: "), 0U) << refused.err;
    EXPECT_NE(refused.err.find(folder), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("writ"), std::string::npos) << refused.err;
}

/// One who may not look into the folder.
TEST(RegisterOfAnotherUser, IsNamedByEachProgram) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    const Office office("");
    for (const char* const part : {"", "tizilim.conf"}) {
        std::filesystem::permissions(
            office.folder() / part,
            std::filesystem::perms::others_read | std::filesystem::perms::others_exec,
            std::filesystem::perm_options::add);
    }
    const std::string as_nobody = "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";
    const support::Command daemon = started_by(as_nobody, office, TIZILIMD_PROGRAM);
    const support::Command verify =
        started_by(as_nobody, office, TIZILIM_PROGRAM, {"verify", "--offline"});

    for (const support::Command& command : {daemon, verify}) {
        const support::Finished refused = support::run(command, office.folder(), kCommandTime);

        EXPECT_TRUE(refused.code == 1) << *refused.code << refused.err;
        EXPECT_EQ(refused.err.find("tizilim"), 0U) << refused.err;
        EXPECT_NE(refused.err.find(office.register_folder().string()), std::string::npos)
            << refused.err;
        EXPECT_NE(refused.err.find("; "), std::string::npos) << "what to do: " << refused.err;
        EXPECT_EQ(refused.err.find("exception"), std::string::npos) << refused.err;
        EXPECT_EQ(refused.err.find("filesystem error"), std::string::npos) << refused.err;
    }
}

}  // namespace
}  // namespace tizilim::process
