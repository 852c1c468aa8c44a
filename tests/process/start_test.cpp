#include "platform/files/file.h"
#include "tests/process/canned_server.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <ios>
#include <map>
#include <signal.h>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace tizilim::process {
namespace {

/// Name and content of every file in the register's folder, but for what a start may touch.
std::map<std::string, std::string> content_of(const std::filesystem::path& folder) {
    std::map<std::string, std::string> content;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string name = file.path().filename().string();
        if (file.is_regular_file() && name.find("lock") == std::string::npos)
            content[file.path().string()] = support::text_of(file.path());
    }
    return content;
}

std::filesystem::path key_file(const Office& office) {
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(office.register_folder())) {
        if (file.path().extension() == ".key") return file.path();
    }
    return {};
}

std::filesystem::path data_file(const Office& office) {
    std::filesystem::path largest;
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(office.register_folder())) {
        if (!file.is_regular_file() || file.file_size() <= bytes) continue;
        if (file.path().filename().string().find("lock") != std::string::npos) continue;
        if (file.path().filename().string().find("reserve") != std::string::npos) continue;
        largest = file.path();
        bytes = file.file_size();
    }
    return largest;
}

TEST(SecondDaemon, IsRefusedByThePidOfTheFirst) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();

    const support::Finished second = office.run_daemon();

    EXPECT_EQ(second.code, 1);
    EXPECT_NE(second.err.find(std::to_string(office.daemon().pid())), std::string::npos)
        << second.err;
    EXPECT_TRUE(office.daemon().running());
    EXPECT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
}

TEST(SecondDaemon, IsNoObstacleOnceTheFirstWasKilled) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    office.daemon().signal(SIGKILL);
    ASSERT_EQ(office.daemon().wait(kCommandTime), -SIGKILL);

    EXPECT_TRUE(office.start()) << office.log();
}

TEST(PortTaken, IsNamedWithWhatToDo) {
    const CannedServer other(CannedServer::answer("200 OK", "text/plain", "other"));
    Office office("");
    office.use_port(other.port());
    office.configure("");

    const support::Finished refused = office.run_daemon();

    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find(std::to_string(other.port())), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("port"), std::string::npos) << refused.err;
}

TEST(PortTaken, ByAnotherProgramIsNoAgentForTheCommandLine) {
    const CannedServer other(CannedServer::answer("200 OK", "text/plain", "other"));
    Office office("");
    office.use_port(other.port());
    office.configure("");

    const support::Finished asked = office.tizilim({"status"});

    EXPECT_NE(asked.code, 0);
    EXPECT_FALSE(asked.err.empty());
}

TEST(NoDaemon, IsSaidWithItsOwnExitCode) {
    const Office office("");

    const support::Finished asked = office.tizilim({"status"});

    EXPECT_EQ(asked.code, 3);
    EXPECT_NE(asked.err.find("tizilimd"), std::string::npos) << asked.err;
}

TEST(Configuration, NamesAnUnknownKeyWithItsLine) {
    Office office("");
    office.configure("", "poll_seconds = 5\npoll_minutes = 1\n");

    const support::Finished refused = office.run_daemon();

    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("tizilim.conf:6: "), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("poll_minutes"), std::string::npos) << refused.err;
}

TEST(Configuration, IsCheckedWithoutStarting) {
    Office office("");

    EXPECT_EQ(office.run_daemon({"--check-config"}).code, 0);
    office.configure("", "poll_seconds = often\n");
    const support::Finished bad = office.run_daemon({"--check-config"});
    EXPECT_EQ(bad.code, 2);
    EXPECT_NE(bad.err.find("tizilim.conf:5: "), std::string::npos) << bad.err;
}

TEST(WrongKey, IsNamedAndChangesNothing) {
    Office office("");
    platform::write_file_atomically(key_file(office), std::string(64, 'a') + "\n");
    const auto before = content_of(office.register_folder());

    const support::Finished refused = office.run_daemon();

    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("key"), std::string::npos) << refused.err;
    EXPECT_EQ(content_of(office.register_folder()), before);
}

TEST(MissingKey, IsNamedAndChangesNothing) {
    Office office("");
    std::filesystem::remove(key_file(office));
    const auto before = content_of(office.register_folder());

    const support::Finished refused = office.run_daemon();

    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("key"), std::string::npos) << refused.err;
    EXPECT_EQ(content_of(office.register_folder()), before);
}

TEST(TruncatedDataFile, IsNamedAndChangesNothing) {
    Office office("");
    const std::filesystem::path data = data_file(office);
    ASSERT_FALSE(data.empty());
    std::filesystem::resize_file(data, std::filesystem::file_size(data) / 2);
    const auto before = content_of(office.register_folder());

    const support::Finished refused = office.run_daemon();

    EXPECT_EQ(refused.code, 1) << refused.err;
    EXPECT_NE(refused.err.find("backup"), std::string::npos) << refused.err;
    EXPECT_EQ(content_of(office.register_folder()), before);
}

TEST(DamagedDataFile, IsNamedAndChangesNothing) {
    Office office("");
    const std::filesystem::path data = data_file(office);
    std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(8192, '\x5a');
    file.close();
    const auto before = content_of(office.register_folder());

    const support::Finished refused = office.run_daemon();

    EXPECT_EQ(refused.code, 1) << refused.err;
    EXPECT_FALSE(refused.err.empty());
    EXPECT_EQ(content_of(office.register_folder()), before);
}

/// The daemon in a mount namespace where the register's folder can't be written: file modes would
/// not stop root.
TEST(ReadOnlyFolder, IsNamed) {
    Office office("");
    const std::string folder = office.register_folder().string();
    const support::Command own_mounts{"/usr/bin/unshare", "--user", "--map-root-user", "--mount"};
    support::Command probe = own_mounts;
    probe.emplace_back("/bin/true");
    if (support::run(probe, office.folder(), kCommandTime).code != 0)
        GTEST_SKIP() << "no mount namespace can be made here";
    support::Command command = own_mounts;
    const std::string script = R"(mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && )"
                               R"(XDG_STATE_HOME=$1/../state exec "$2" --config "$3")";
    for (const std::string& word :
         {std::string("/bin/sh"), std::string("-c"), script, std::string("sh"), folder,
          std::string(TIZILIMD_PROGRAM), office.config().string()})
        command.push_back(word);

    const support::Finished refused = support::run(command, office.folder(), kCommandTime);

    EXPECT_EQ(refused.code, 1) << refused.err;
    EXPECT_NE(refused.err.find("tizilimd: "), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find(folder), std::string::npos) << refused.err;
}

TEST(OpenFolder, IsRefusedByName) {
    Office office("");
    std::filesystem::permissions(office.register_folder(), std::filesystem::perms::all);

    for (const support::Finished& refused :
         {office.run_daemon(), office.tizilim({"status"}), office.tizilim({"verify", "--offline"}),
          office.tizilim({"init", "--new-recovery-code"})}) {
        EXPECT_EQ(refused.code, 1) << refused.err;
        EXPECT_NE(refused.err.find("chmod go-w " + office.register_folder().string()),
                  std::string::npos)
            << refused.err;
    }
}

TEST(OpenConfiguration, IsRefusedByName) {
    Office office("");
    std::filesystem::permissions(office.config(), std::filesystem::perms::all);

    for (const support::Finished& refused : {office.run_daemon(), office.tizilim({"status"})}) {
        EXPECT_EQ(refused.code, 2) << refused.err;
        EXPECT_NE(refused.err.find("chmod go-w " + office.config().string()), std::string::npos)
            << refused.err;
    }
}

TEST(TokenOfAnEarlierVersion, IsGoneAfterAStart) {
    Office office("");
    platform::write_file_atomically(office.register_folder() / "token", std::string(64, 'a'));

    ASSERT_TRUE(office.start()) << office.log();

    EXPECT_FALSE(std::filesystem::exists(office.register_folder() / "token"));
}

/// Whether the process may leave an image of its memory when it crashes.
bool may_dump_core(pid_t process) {
    const std::string limits = support::text_of("/proc/" + std::to_string(process) + "/limits");
    const std::size_t line = limits.find("Max core file size");
    // Neither now nor after the process has asked for more.
    constexpr std::size_t kNow = 26;
    constexpr std::size_t kMost = 47;
    return line == std::string::npos || limits.compare(line + kNow, 2, "0 ") != 0 ||
           limits.compare(line + kMost, 2, "0 ") != 0;
}

TEST(CoreDumps, AreOffInBothPrograms) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    const std::filesystem::path pipe = office.folder() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    // Held open here, so that the command waits for what it is to read.
    const int held = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
    support::ChildProcess waiting(
        {"/bin/sh", "-c", R"(exec "$1" --config "$2" add --from-stdin <"$3")", "sh",
         TIZILIM_PROGRAM, office.config().string(), pipe.string()},
        office.folder() / "out", office.folder() / "err");

    EXPECT_FALSE(may_dump_core(office.daemon().pid()));
    EXPECT_TRUE(support::eventually(kCommandTime, [&] { return !may_dump_core(waiting.pid()); }));
    ::close(held);
}

TEST(Import, RecognisesAFileThatWasImportedBefore) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    const std::string file = std::string(TEST_DATA_FOLDER) + "/register-ru.csv";
    ASSERT_EQ(office.tizilim({"import", file}).code, 0);
    const std::int64_t recorded = office.entries("recorded");
    ASSERT_EQ(recorded, 15);

    const support::Finished again = office.tizilim({"--json", "import", file});

    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(office.entries("recorded"), recorded);
    EXPECT_EQ(office.tizilim({"verify"}).code, 0);
}

}  // namespace
}  // namespace tizilim::process
