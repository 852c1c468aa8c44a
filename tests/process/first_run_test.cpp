#include "platform/text/json.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <signal.h>
#include <string>
#include <vector>

namespace tizilim::process {
namespace {

/// An office in which nothing but its folder and its port is configured.
class FirstRun : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(unified_.start());
        office_.configure("");
        ASSERT_TRUE(office_.start()) << office_.log();
    }
    [[nodiscard]] LocalAnswer say(const platform::JsonObject& fields) const {
        return LocalApi(office_).post("/api/v1/setup", fields);
    }
    [[nodiscard]] std::int64_t register_pid() const {
        return number_at(office_.status(), {"processes", "register", "pid"});
    }
    [[nodiscard]] bool begins_anew_after(std::int64_t before) const {
        return support::eventually(kCommandTime, [&] {
            const std::int64_t now = register_pid();
            return now > 0 && now != before;
        });
    }

    /// Not below what the register's program may write in anyhow.
    support::TempDirectory home_;
    UnifiedSystem unified_;
    Office office_{std::vector<std::string>{"XDG_STATE_HOME=" + (home_ / "state").string()}};
};

TEST_F(FirstRun, LeadsFromNothingToADeliveredEntryAndABackup) {
    const std::int64_t before = register_pid();

    const LocalAnswer saved = say({{"lawyer", "Серікова Әлия"},
                                   {"language", "kk"},
                                   {"url", unified_.url()},
                                   {"backup_directory", (home_ / "backups").string()}});

    ASSERT_EQ(saved.status, 200) << saved.body << office_.log();
    ASSERT_TRUE(begins_anew_after(before)) << office_.log();
    EXPECT_EQ(office_.state(), "no_register");
    EXPECT_EQ(text_at(LocalApi(office_).get("/api/v1/setup").json, {"fields", "lawyer"}),
              "Серікова Әлия");
    EXPECT_EQ(office_.tizilim({"init"}).code, 0) << office_.log();
    EXPECT_EQ(office_.tizilim(office_.add_arguments(1)).code, 0) << office_.log();
    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office_.entries("delivered") == 1;
    })) << office_.log();
    EXPECT_TRUE(support::eventually(kCommandTime, [&] {
        return !std::filesystem::is_empty(home_ / "backups");
    })) << office_.log();
    EXPECT_EQ(office_.log().find("level=error"), std::string::npos) << office_.log();
    office_.daemon().signal(SIGTERM);
    EXPECT_EQ(office_.daemon().wait(kCommandTime), 0);
    ASSERT_TRUE(office_.start()) << office_.log();
    EXPECT_EQ(office_.entries("recorded"), 1);
}

TEST_F(FirstRun, GoesOnWhenWhatIsSaidIsRefused) {
    const std::int64_t before = register_pid();

    const LocalAnswer refused =
        say({{"lawyer", "A"}, {"backup_directory", (home_ / "no" / "backups").string()}});

    EXPECT_EQ(refused.status, 422);
    EXPECT_NE(refused.body.find("setup.no_folder_above"), std::string::npos) << refused.body;
    // More than an order may hold.
    const LocalAnswer long_text = say({{"lawyer", std::string(100'000, 'a')}});
    EXPECT_EQ(long_text.status, 422) << office_.log();
    EXPECT_NE(long_text.body.find("setup.one_line"), std::string::npos) << long_text.body;
    EXPECT_EQ(register_pid(), before);
    EXPECT_EQ(office_.tizilim({"init"}).code, 0) << office_.log();
}

TEST_F(FirstRun, ChangesTheUnifiedSystemAloneOnceThereIsARegister) {
    ASSERT_EQ(office_.tizilim({"init"}).code, 0) << office_.log();
    ASSERT_EQ(office_.tizilim(office_.add_arguments(1)).code, 0) << office_.log();

    EXPECT_EQ(say({{"lawyer", "A"}}).status, 422);
    EXPECT_EQ(say({{"url", unified_.url()}, {"user", "office"}, {"password", "sesame"}}).status,
              200);

    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office_.entries("delivered") == 1;
    })) << office_.log();
    EXPECT_EQ(office_.log().find("sesame"), std::string::npos);
}

/// Else a tizilim-register that was taken over could name a server of its own.
TEST_F(FirstRun, IsOverOnceTheDaemonBeganWithARegister) {
    ASSERT_EQ(office_.tizilim({"init"}).code, 0) << office_.log();
    office_.daemon().signal(SIGTERM);
    ASSERT_EQ(office_.daemon().wait(kCommandTime), 0);
    ASSERT_TRUE(office_.start()) << office_.log();

    const LocalAnswer refused = say({{"url", unified_.url()}});

    EXPECT_EQ(refused.status, 422);
    EXPECT_NE(refused.body.find("setup.only_at_first"), std::string::npos) << refused.body;
    EXPECT_EQ(support::text_of(office_.config()).find(unified_.url()), std::string::npos);
}

}  // namespace
}  // namespace tizilim::process
