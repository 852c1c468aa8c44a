#include "platform/text/json.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <set>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

constexpr int kEntries = 40;
constexpr int kNetworkKills = 30;

pid_t process_in(const platform::JsonValue& status, const std::string& program) {
    const platform::JsonValue* const pid = at(status, {"processes", program, "pid"});
    return pid == nullptr || pid->integer() == nullptr ? 0 : static_cast<pid_t>(*pid->integer());
}

pid_t network_of(const Office& office) {
    return process_in(office.status(), "network");
}

bool is_running(pid_t process) {
    return ::kill(process, 0) == 0 || errno != ESRCH;
}

bool have_ended(const std::vector<pid_t>& processes) {
    return support::eventually(kCommandTime, [&] {
        return std::ranges::none_of(processes, [](pid_t process) { return is_running(process); });
    });
}

TEST(NetworkProgramKilled, LosesNothingAndSendsEachEntryOnce) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(unified.url());
    ASSERT_TRUE(office.start()) << office.log();

    int kills = 0;
    for (int entry = 1; entry <= kEntries; ++entry) {
        ASSERT_EQ(office.tizilim(office.add_arguments(entry)).code, 0) << office.log();
        const pid_t network = network_of(office);
        if (network == 0 || kills == kNetworkKills) continue;
        ::kill(network, SIGKILL);
        ++kills;
        // Who asks has it started at once: else most kills would fall into the backoff.
        (void)office.tizilim({"sync"});
    }

    EXPECT_GT(kills, kNetworkKills / 2);
    ASSERT_TRUE(office.daemon().running()) << office.log();
    ASSERT_TRUE(support::eventually(kDeliveryTime * 4, [&] {
        return office.entries("delivered") == kEntries;
    })) << office.log();
    std::set<std::string> ids;
    for (const HeldDocument& held : unified.entries()) {
        EXPECT_TRUE(ids.insert(held.id).second) << held.id;
        EXPECT_TRUE(held.revision.starts_with("1-")) << held.revision;
    }
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(kEntries));
    const platform::JsonValue status = office.status();
    EXPECT_EQ(*at(status, {"balanceError"})->integer(), 0);
    EXPECT_GE(*at(status, {"processes", "network", "restarts"})->integer(), kills / 2);
    EXPECT_EQ(office.tizilim({"verify"}).code, 0);
}

TEST(RegisterProgramKilled, EndsAllAndSaysSo) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    const pid_t registers = process_in(office.status(), "register");
    const pid_t network = network_of(office);

    ::kill(registers, SIGKILL);

    const auto code = office.daemon().wait(kCommandTime);
    EXPECT_EQ(code, 1) << office.log();
    EXPECT_TRUE(have_ended({registers, network}));
    EXPECT_NE(office.log().find("event=register_ended"), std::string::npos) << office.log();
    ASSERT_TRUE(office.start()) << office.log();
    EXPECT_EQ(office.entries("recorded"), 1);
}

TEST(SupervisorKilled, TakesTheOthersWithIt) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    const pid_t registers = process_in(office.status(), "register");
    const pid_t network = network_of(office);
    ASSERT_GT(network, 0);

    office.daemon().signal(SIGKILL);

    EXPECT_TRUE(have_ended({registers, network}));
    EXPECT_TRUE(office.start()) << office.log();
}

TEST(Termination, EndsAllThreeWithoutAnError) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    const pid_t registers = process_in(office.status(), "register");
    const pid_t network = network_of(office);

    office.daemon().signal(SIGTERM);

    EXPECT_EQ(office.daemon().wait(kCommandTime), 0) << office.log();
    EXPECT_TRUE(have_ended({registers, network}));
    EXPECT_EQ(office.log().find("level=error"), std::string::npos) << office.log();
    EXPECT_FALSE(std::filesystem::exists(office.register_folder() / "control.sock"));
}

TEST(Reload, StartsANewNetworkProgramAndKeepsTheRegister) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    const platform::JsonValue before = office.status();

    office.daemon().signal(SIGHUP);

    ASSERT_TRUE(support::eventually(kCommandTime, [&] {
        const pid_t now = network_of(office);
        return now > 0 && now != process_in(before, "network");
    })) << office.log();
    EXPECT_EQ(process_in(office.status(), "register"), process_in(before, "register"));
}

TEST(Reload, OfAFaultyConfigurationChangesNothing) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    const platform::JsonValue before = office.status();
    office.configure("", "poll_seconds = often\n");

    office.daemon().signal(SIGHUP);

    ASSERT_TRUE(support::eventually(kCommandTime, [&] {
        return office.log().find("event=old_configuration_stays") != std::string::npos;
    })) << office.log();
    office.configure("");  // for the command line
    EXPECT_EQ(network_of(office), process_in(before, "network"));
}

TEST(Reload, OfAFileWithMoreFaultsThanAnOrderHoldsIsRefusedAndAllRunOn) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    const LocalApi api(office);
    const platform::JsonValue before = office.status();
    std::string faults;
    for (int i = 0; i < 1'000; ++i) faults += "key_" + std::to_string(i) + " = 1\n";
    office.configure("", faults);

    const auto answer = api.post("/api/v1/sync", {});

    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(text_at(answer.json, {"code"}), "config.many_faults");
    EXPECT_EQ(number_at(api.get("/status").json, {"processes", "network", "pid"}),
              process_in(before, "network"));
}

TEST(Log, NamesTheProcessOfEachLine) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();

    std::istringstream lines(office.log());
    for (std::string line; std::getline(lines, line);)
        EXPECT_NE(line.find(" process=tizilim"), std::string::npos) << line;
    EXPECT_NE(office.log().find("process=tizilim-register"), std::string::npos);
}

TEST(Confinement, IsShownInTheStatus) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_TRUE(support::eventually(kCommandTime, [&] {
        const platform::JsonValue status = office.status();
        const platform::JsonValue* const held = at(status, {"confinement", "network"});
        return held != nullptr && held->array() != nullptr && !held->array()->empty();
    })) << office.log();

    const platform::JsonValue status = office.status();
    for (const char* const program : {"register", "network"}) {
        const platform::JsonArray& held = *at(status, {"confinement", program})->array();
        EXPECT_NE(std::ranges::find(held, platform::JsonValue("seccomp")), held.end()) << program;
    }
}

TEST(BackupByHand, OutsideOfTheDaemonsFoldersIsRefusedWithThem) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();

    const support::Finished refused = office.tizilim({"backup", "/var/tmp"});

    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find(office.folder().string()), std::string::npos) << refused.err;
    // A backup there is refused, too.
    EXPECT_EQ(refused.err.find(office.register_folder().string()), std::string::npos)
        << refused.err;
}

/// Sanitizers reserve terabytes.
constexpr std::size_t kMapMax = std::size_t{256} << 20;

/// Which of `needles` the memory of `process` holds, in what it can read and shares with nobody;
/// this test runs as root.
std::vector<bool> held_in_memory(pid_t process, const std::vector<std::string>& needles) {
    const std::string folder = "/proc/" + std::to_string(process);
    std::ifstream maps(folder + "/maps");
    std::ifstream memory(folder + "/mem", std::ios::binary);
    std::vector<bool> found(needles.size(), false);
    for (std::string line; std::getline(maps, line);) {
        std::size_t first = 0;
        std::size_t last = 0;
        char dash = 0;
        std::string rights;
        std::istringstream(line) >> std::hex >> first >> dash >> last >> rights;
        const bool is_readable = rights.starts_with('r') && rights.ends_with('p');
        if (!is_readable || last - first > kMapMax) continue;
        std::string held(last - first, '\0');
        memory.clear();
        memory.seekg(static_cast<std::streamoff>(first));
        memory.read(held.data(), static_cast<std::streamsize>(held.size()));
        held.resize(static_cast<std::size_t>(std::max<std::streamsize>(memory.gcount(), 0)));
        for (std::size_t i = 0; i < needles.size(); ++i)
            found[i] = found[i] || held.find(needles[i]) != std::string::npos;
    }
    return found;
}

/// The key of the register, as its file has it: 64 hexadecimal digits.
std::string key_digits_of(const Office& office) {
    for (const auto& file : std::filesystem::directory_iterator(office.register_folder() / "keys"))
        if (file.path().extension() == ".key") return support::text_of(file.path()).substr(0, 64);
    return {};
}

/// As programs work with it: 32 bytes.
std::string key_bytes_of(const std::string& digits) {
    std::string bytes;
    for (std::size_t at = 0; at + 2 <= digits.size(); at += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    return bytes;
}

TEST(Memory, OfTheNetworkProgramNeverHoldsWhatIsConfidential) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root reads the memory of others";
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(unified.url());
    ASSERT_TRUE(office.start()) << office.log();
    const std::string canary = "canary-of-the-essence-4711";
    std::vector<std::string> arguments = office.add_arguments(5);
    *std::ranges::find(arguments, "кража") = canary;
    ASSERT_EQ(office.tizilim(arguments).code, 0);
    ASSERT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office.entries("delivered") == 1;
    })) << office.log();
    (void)office.tizilim({"show", "1"});
    const std::string digits = key_digits_of(office);
    const std::string key = key_bytes_of(digits);
    ASSERT_EQ(key.size(), 32U);

    const platform::JsonValue status = office.status();
    const auto network =
        held_in_memory(process_in(status, "network"), {canary, key, digits, unified.url()});
    const auto registering = held_in_memory(process_in(status, "register"), {canary, key});

    EXPECT_EQ(network, (std::vector<bool>{false, false, false, true}))
        << "essence, key, its digits; the control: its memory was read";
    EXPECT_EQ(registering, (std::vector<bool>{true, true})) << "the control";
}

/// A service manager's socket.
class Manager {
public:
    explicit Manager(std::string path) : path_(std::move(path)) {
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~Manager() { ::close(socket_); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    /// Whether it was told `message`, sooner or later.
    [[nodiscard]] bool hears(const std::string& message) {
        return support::eventually(kCommandTime, [&] { return next().starts_with(message); });
    }
    /// What it was told and nobody asked for; empty: nothing.
    [[nodiscard]] std::string heard() {
        std::string all;
        for (std::string message = next(); !message.empty(); message = next()) all += message;
        return all;
    }

private:
    [[nodiscard]] std::string next() {
        std::array<char, 4096> bytes{};
        const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : "";
    }

    std::string path_;
    int socket_ = -1;
};

/// An office whose daemon a service manager has started, and wants to hear of every 200 ms.
class ServiceManager : public testing::Test {
protected:
    ServiceManager() { office_.configure(""); }

    support::TempDirectory folder_;
    Manager manager_{(folder_ / "notify").string()};
    Office office_{std::vector<std::string>{"NOTIFY_SOCKET=" + (folder_ / "notify").string(),
                                            "WATCHDOG_USEC=400000"}};
};

TEST_F(ServiceManager, IsToldWhenEntriesCanBeRecordedAndThatAllIsAlive) {
    ASSERT_EQ(office_.tizilim({"init", "--here"}).code, 0);

    office_.start_daemon();

    EXPECT_TRUE(manager_.hears("READY=1")) << office_.log();
    EXPECT_TRUE(manager_.hears("WATCHDOG=1"));
    office_.daemon().signal(SIGHUP);
    EXPECT_TRUE(manager_.hears("RELOADING=1"));
    EXPECT_TRUE(manager_.hears("READY=1"));
    office_.daemon().signal(SIGTERM);
    EXPECT_TRUE(manager_.hears("STOPPING=1"));
}

TEST_F(ServiceManager, HearsNothingWhileTheRegisterProgramHangs) {
    ASSERT_EQ(office_.tizilim({"init", "--here"}).code, 0);
    office_.start_daemon();
    ASSERT_TRUE(manager_.hears("WATCHDOG=1")) << office_.log();
    const pid_t hanging = process_in(office_.status(), "register");

    ASSERT_EQ(::kill(hanging, SIGSTOP), 0);
    ASSERT_TRUE(support::eventually(kCommandTime, [&] {
        return office_.log().find("register_silent") != std::string::npos;
    })) << office_.log();
    static_cast<void>(manager_.heard());
    std::this_thread::sleep_for(std::chrono::milliseconds(600));  // three times the interval
    EXPECT_EQ(manager_.heard(), "") << "while it hangs";

    ASSERT_EQ(::kill(hanging, SIGCONT), 0);
    EXPECT_TRUE(manager_.hears("WATCHDOG=1"));
}

TEST_F(ServiceManager, IsToldThatThereIsNoRegisterYetAndWhenThereIs) {
    office_.start_daemon();

    EXPECT_TRUE(manager_.hears("READY=1")) << office_.log();
    EXPECT_TRUE(manager_.hears("STATUS=there is no register"));
    EXPECT_TRUE(manager_.hears("WATCHDOG=1"));
    EXPECT_EQ(office_.tizilim({"init"}).code, 0) << office_.log();
    EXPECT_TRUE(manager_.hears("STATUS=entries can be recorded"));
}

}  // namespace
}  // namespace tizilim::process
