#include "platform/files/file.h"
#include "tests/inside/order.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tizilim::inside {
namespace {

using process::kCommandTime;

/// Of memory that is no file's. With sanitizers each piece of it has company.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr std::int64_t kMegabytesMax = 128;
#else
constexpr std::int64_t kMegabytesMax = 32;
#endif
#else
constexpr std::int64_t kMegabytesMax = 32;
#endif

std::int64_t kilobytes_of(std::int64_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;) {
        std::int64_t kilobytes = 0;
        if (word == "RssAnon:" && status >> kilobytes) return kilobytes;
    }
    return 0;
}

/// As it says beside the file that it reads; 0: none.
pid_t flooding_process(const std::filesystem::path& kind_file) {
    pid_t pid = 0;
    std::ifstream(kind_file.string() + ".pid") >> pid;
    return pid;
}

TEST(Flood, OfWhateverKindLeavesTheRegisterSmallAndRecording) {
    const support::TempDirectory folder;
    const std::filesystem::path kind_file = folder / "kind";
    platform::write_file_atomically(kind_file, "calls");
    process::Office office(
        std::vector<std::string>{std::string(kFloodVariable) + "=" + kind_file.string(),
                                 "ASAN_OPTIONS=quarantine_size_mb=1"});
    office.configure("");
    ASSERT_EQ(office.tizilim({"init", "--here"}).code, 0);
    ASSERT_TRUE(office.start()) << office.log();
    const process::LocalApi api(office);
    const auto register_pid = [&] {
        return process::number_at(api.get("/status").json, {"processes", "register", "pid"});
    };
    const std::int64_t registering = register_pid();

    pid_t flooding = 0;
    const std::string calls = "calls";
    const std::string reports = "reports";
    const std::string marks = "marks";
    for (const std::string& kind :
         std::vector<std::string>{calls, reports, marks, "values", "texts", "text", "lengths"}) {
        platform::write_file_atomically(kind_file, kind);
        const pid_t before = flooding;
        ASSERT_TRUE(support::eventually(kCommandTime,
                                        [&] {
                                            (void)api.post("/api/v1/sync", {});
                                            flooding = flooding_process(kind_file);
                                            return flooding > 0 && flooding != before;
                                        }))
            << kind << office.log();
        std::int64_t most = 0;
        (void)support::eventually(std::chrono::seconds(1), [&] {
            most = std::max(most, kilobytes_of(registering));
            return false;
        });

        EXPECT_EQ(office.tizilim(office.add_arguments(1)).code, 0) << kind << office.log();
        const bool is_in_shape = kind == calls || kind == reports || kind == marks;
        if (is_in_shape) ::kill(flooding, SIGKILL);
        EXPECT_TRUE(support::eventually(kCommandTime, [&] { return ::kill(flooding, 0) != 0; }))
            << kind << ": who says what can't be runs on";
        EXPECT_LE(std::max(most, kilobytes_of(registering)), kMegabytesMax * 1024) << kind;
    }

    EXPECT_TRUE(office.daemon().running());
    EXPECT_EQ(register_pid(), registering);
    EXPECT_EQ(office.entries("recorded"), 7);
    EXPECT_EQ(office.tizilim({"verify"}).code, 0);
}

}  // namespace
}  // namespace tizilim::inside
