#include "store/backup/backup.h"
#include "store/backup/backup_file.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/unit/store/backup_fixture.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using Kind = store::StoreError::Kind;

class BackupDrillTest : public BackupTest {
protected:
    [[nodiscard]] std::filesystem::path scratch() const { return settings_.directory / "drill"; }
};

TEST_F(BackupDrillTest, RestoresAllOfItAndRemovesItAgain) {
    add_many(300);
    const store::BackupReport made = back_up();
    const std::string before = register_->chain_head();

    const store::BackupDrill drill = store::try_backup(*register_, made.file, {});

    EXPECT_EQ(drill.entries, 300U);
    EXPECT_EQ(drill.file, made.file);
    EXPECT_FALSE(std::filesystem::exists(scratch()));
    EXPECT_EQ(register_->chain_head(), before) << "the register has nothing of it";
    EXPECT_EQ(register_->balance().recorded, 300U);
}

TEST_F(BackupDrillTest, LetsEntriesBeRecordedMeanwhile) {
    add_many(1000);
    const store::BackupReport made = back_up();
    std::uint64_t recorded = 0;

    const store::BackupDrill drill =
        store::try_backup(*register_, made.file, [&](std::uint64_t, std::uint64_t) {
            if (recorded == 5) return;
            (void)add_of_class("partial");
            ++recorded;
        });

    EXPECT_EQ(drill.entries, 1000U);
    EXPECT_EQ(register_->balance().recorded, 1000U + recorded);
    EXPECT_GT(recorded, 0U);
}

TEST_F(BackupDrillTest, FindsADamagedOneWhereverItIs) {
    add_many(50);
    const std::string good = content_of(back_up().file);
    for (const std::size_t at : {good.size() / 3, good.size() - 1}) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        const auto file = file_of(bad);
        EXPECT_EQ(kind_of([&] { return store::try_backup(*register_, file, {}); }), Kind::damaged)
            << at;
        EXPECT_FALSE(std::filesystem::exists(scratch()));
    }
}

TEST_F(BackupDrillTest, LeavesNothingWhereItIsEnded) {
    struct Ended {};
    add_many(1000);
    const store::BackupReport made = back_up();
    std::uint64_t calls = 0;
    (void)store::try_backup(*register_, made.file, [&](auto, auto) { ++calls; });
    ASSERT_GT(calls, 1U);
    for (const std::uint64_t last : {std::uint64_t{1}, calls}) {
        std::uint64_t called = 0;
        EXPECT_THROW((void)store::try_backup(*register_, made.file,
                                             [&](auto, auto) {
                                                 if (++called == last) throw Ended{};
                                             }),
                     Ended);
        EXPECT_FALSE(std::filesystem::exists(scratch()));
    }
}

TEST_F(BackupDrillTest, RemovesWhatACrashLeft) {
    add_many(1);
    const store::BackupReport made = back_up();
    std::filesystem::create_directory(scratch());
    std::ofstream(scratch() / "register.mdb") << "half";

    EXPECT_EQ(store::try_backup(*register_, made.file, {}).entries, 1U);
    EXPECT_FALSE(std::filesystem::exists(scratch()));

    std::filesystem::create_directory(scratch());
    store::remove_drill(settings_.directory);
    EXPECT_FALSE(std::filesystem::exists(scratch()));
}

TEST_F(BackupDrillTest, SaysThatTheCodeOfTodayDoesNotOpenIt) {
    add_many(1);
    const store::BackupReport made = back_up();
    (void)store::renew_recovery_code(*register_);

    const auto refusal = refusal_of([&] { return store::try_backup(*register_, made.file, {}); });

    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->message().code, "backup.of_earlier_code");
}

}  // namespace
}  // namespace tizilim
