#include "tests/process/office.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>
#include <vector>

namespace tizilim::process {
namespace {

/// Descriptor 3 of each program is its pair with tizilimd: a frame is its length and its text.
constexpr const char* kReady = R"(printf '\000\000\000\016{"ready":true}' >&3)";
constexpr const char* kNoOrder = R"(printf '\000\000\000\002no' >&3)";
constexpr const char* kOrderOfTheOther = kReady;
constexpr const char* kFrameTooLong = R"(printf '\377\377\377\377' >&3)";
constexpr const char* kCloseOrders = "exec 3>&-";
constexpr const char* kStay = "exec sleep 300";

/// tizilimd, with scripts in place of the programs that it starts.
class TakenOver : public testing::Test {
protected:
    TakenOver() {
        office_.configure("");
        std::filesystem::create_directory(programs());
        std::filesystem::copy_file(TIZILIMD_PROGRAM, programs() / "tizilimd");
        office_.use_daemon(programs() / "tizilimd");
    }
    /// What the program of this name does, line by line.
    void make(const std::string& name, const std::string& first, const std::string& then) const {
        const std::filesystem::path script = programs() / name;
        std::ofstream(script) << "#!/bin/sh\n" << first << '\n' << then << '\n';
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    }
    [[nodiscard]] bool logs(const std::string& text, int times = 1) const {
        return support::eventually(kCommandTime, [&] {
            const std::string log = office_.log();
            int found = 0;
            for (std::size_t at = log.find(text); at != std::string::npos;
                 at = log.find(text, at + 1))
                ++found;
            return found >= times;
        });
    }

    Office office_{std::vector<std::string>{}};

private:
    [[nodiscard]] std::filesystem::path programs() const { return office_.folder() / "programs"; }
};

class NetworkProgramTakenOver : public TakenOver,
                                public testing::WithParamInterface<const char*> {};

TEST_P(NetworkProgramTakenOver, IsReplacedWhenWhatItSaysIsNoOrderOfIts) {
    make("tizilim-register", kReady, kStay);
    make("tizilim-sync", GetParam(), kStay);

    office_.start_daemon();

    EXPECT_TRUE(logs("event=order_not_understood program=tizilim-sync", 2)) << office_.log();
    EXPECT_TRUE(logs("event=network_ended program=tizilim-sync", 1)) << office_.log();
    EXPECT_TRUE(office_.daemon().running());
}

INSTANTIATE_TEST_SUITE_P(Orders, NetworkProgramTakenOver,
                         testing::Values(kNoOrder, kOrderOfTheOther, kFrameTooLong));

TEST_F(TakenOver, NetworkProgramThatSaysNoMoreIsReplaced) {
    make("tizilim-register", kReady, kStay);
    make("tizilim-sync", kCloseOrders, kStay);

    office_.start_daemon();

    EXPECT_TRUE(logs("event=network_ended program=tizilim-sync")) << office_.log();
    EXPECT_EQ(office_.log().find("order_not_understood"), std::string::npos) << office_.log();
}

TEST_F(TakenOver, RegisterProgramEndsAllWhenWhatItSaysIsNoOrder) {
    make("tizilim-register", kNoOrder, kStay);

    office_.start_daemon();

    EXPECT_EQ(office_.daemon().wait(kCommandTime), 1) << office_.log();
    EXPECT_TRUE(logs("event=order_not_understood program=tizilim-register")) << office_.log();
    EXPECT_TRUE(logs("event=register_ended program=tizilim-register")) << office_.log();
}

TEST_F(TakenOver, RegisterProgramEndsAllWhenItSaysNoMore) {
    make("tizilim-register", kCloseOrders, kStay);

    office_.start_daemon();

    EXPECT_EQ(office_.daemon().wait(kCommandTime), 1) << office_.log();
}

/// As tizilim-register is before it holds its signals.
TEST_F(TakenOver, TerminationWhileTheRegisterProgramStartsIsNoError) {
    make("tizilim-register", "echo it starts", kStay);
    office_.start_daemon();
    ASSERT_TRUE(logs("it starts")) << office_.log();

    office_.daemon().signal(SIGTERM);

    EXPECT_EQ(office_.daemon().wait(kCommandTime), 0) << office_.log();
    EXPECT_EQ(office_.log().find("level=error"), std::string::npos) << office_.log();
}

}  // namespace
}  // namespace tizilim::process
