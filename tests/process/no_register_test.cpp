#include "platform/text/json.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <signal.h>
#include <string>
#include <thread>
#include <vector>

namespace tizilim::process {
namespace {

/// An office whose daemon runs in a folder without a register.
class NoRegister : public testing::Test {
protected:
    void start(const std::string& url) {
        office_.configure(url);
        ASSERT_TRUE(office_.start()) << office_.log();
        ASSERT_EQ(office_.state(), "no_register");
    }
    void expect_records() {
        EXPECT_EQ(office_.tizilim(office_.add_arguments(1)).code, 0) << office_.log();
        EXPECT_EQ(office_.tizilim({"verify"}).code, 0);
    }
    [[nodiscard]] std::string code_file(const std::string& code) const {
        const std::filesystem::path file = office_.folder() / "code";
        std::ofstream(file) << code << '\n';
        return file.string();
    }
    [[nodiscard]] std::vector<std::string> restore_with(const std::string& code) const {
        return {"restore", TEST_DATA_FOLDER "/register-schema-4.backup", "--code-file",
                code_file(code)};
    }

    /// Not below what the register's program may write in anyhow.
    support::TempDirectory home_;
    Office office_{std::vector<std::string>{"XDG_STATE_HOME=" + (home_ / "state").string()}};
};

TEST_F(NoRegister, IsSaidByADaemonThatGoesOnAsSoonAsItIsMade) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    start(unified.url());
    const support::Finished too_early = office_.tizilim(office_.add_arguments(1));
    EXPECT_EQ(too_early.code, 1);
    EXPECT_NE(too_early.err.find("tizilim init"), std::string::npos) << too_early.err;
    EXPECT_EQ(number_at(office_.status(), {"processes", "network", "pid"}), -1);
    EXPECT_EQ(LocalApi(office_).get("/healthz").status, 200);
    const std::int64_t registers = number_at(office_.status(), {"processes", "register", "pid"});

    const platform::JsonValue made = office_.ask({"init"});

    const std::string code = text_at(made, {"recovery_code"});
    ASSERT_EQ(code.size(), 34U) << office_.log();
    expect_records();
    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office_.entries("delivered") == 1;
    })) << office_.log();
    EXPECT_EQ(unified.entries().size(), 1U);
    EXPECT_EQ(number_at(office_.status(), {"processes", "register", "pid"}), registers);
    EXPECT_EQ(text_at(office_.status(), {"book", "anchor"}), "");
    EXPECT_EQ(office_.log().find(code), std::string::npos);
    EXPECT_EQ(office_.log().find("level=error"), std::string::npos) << office_.log();
    office_.daemon().signal(SIGTERM);
    EXPECT_EQ(office_.daemon().wait(kCommandTime), 0);
    ASSERT_TRUE(office_.start()) << office_.log();
    EXPECT_EQ(office_.entries("recorded"), 1);
}

TEST_F(NoRegister, IsRestoredByTheDaemon) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    start(unified.url());
    EXPECT_EQ(office_.tizilim(restore_with("2JMV-230K-M3R4-7GJ4-P65Q-EAPY-ZW5S")).code, 1);
    EXPECT_EQ(office_.state(), "no_register");

    const support::Finished restored =
        office_.tizilim(restore_with("G4AE-XF0J-2E2Z-S41G-E1YZ-QTKF-DW63"));

    EXPECT_EQ(restored.code, 0) << restored.err << office_.log();
    EXPECT_EQ(office_.entries("recorded"), 4);
    expect_records();
    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office_.entries("delivered") == 4;
    })) << office_.log();
}

TEST_F(NoRegister, IsMadeOnceByTwoWhoAskAtOnce) {
    start("");
    const std::array<std::string, 2> names{"one", "two"};
    std::vector<std::unique_ptr<support::ChildProcess>> asking;
    for (const std::string& name : names)
        asking.push_back(std::make_unique<support::ChildProcess>(
            office_.tizilim_command({"--json", "init"}), office_.folder() / name,
            office_.folder() / (name + ".err")));

    std::vector<int> codes;
    codes.reserve(asking.size());
    for (const auto& command : asking) codes.push_back(command->wait(kCommandTime).value_or(-1));

    ASSERT_EQ(codes[0] + codes[1], 1) << codes[0] << ' ' << codes[1];
    const std::string& winner = names.at(codes[0] == 0 ? 0 : 1);
    const std::string& other = names.at(codes[0] == 0 ? 1 : 0);
    const auto made = json_of(support::text_of(office_.folder() / winner));
    EXPECT_EQ(text_at(made, {"book"}), text_at(office_.status(), {"book", "label"}));
    const std::string why = text_at(json_of(support::text_of(office_.folder() / other)), {"code"});
    EXPECT_TRUE(why == "register.being_made" || why == "register.there_already") << why;
    expect_records();
}

TEST_F(NoRegister, IsNotMadeOnTheFolderWhileADaemonHoldsIt) {
    start("");

    const support::Finished refused = office_.tizilim({"init", "--here"});

    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find(std::to_string(office_.daemon().pid())), std::string::npos)
        << refused.err;
    EXPECT_EQ(office_.state(), "no_register");
}

TEST_F(NoRegister, IsMadeWholeOrNotAtAllWheneverTheDaemonIsKilled) {
    start("");
    for (int tenths = 0; tenths < 10; ++tenths) {
        support::ChildProcess asking(office_.tizilim_command({"init"}), office_.folder() / "out",
                                     office_.folder() / "err");
        std::this_thread::sleep_for(std::chrono::milliseconds(100) * tenths);
        office_.daemon().signal(SIGKILL);
        (void)office_.daemon().wait(kCommandTime);
        (void)asking.wait(kCommandTime);
        // The others end by themselves.
        ASSERT_TRUE(support::eventually(kCommandTime, [&] { return office_.start(); }))
            << office_.log();
        if (office_.state() == "no_register") continue;
        EXPECT_EQ(office_.tizilim({"verify"}).code, 0) << tenths;
        office_.daemon().signal(SIGTERM);
        ASSERT_EQ(office_.daemon().wait(kCommandTime), 0);
        std::filesystem::remove(office_.register_folder() / "register.mdb");
        ASSERT_TRUE(office_.start()) << office_.log();
    }
    EXPECT_EQ(office_.tizilim({"init"}).code, 0) << office_.log();
    expect_records();
}

}  // namespace
}  // namespace tizilim::process
