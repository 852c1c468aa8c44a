#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/unit/store/backup_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace tizilim {
namespace {

using BackupRetention = BackupTest;
using BackupPadding = BackupTest;

TEST_F(BackupRetention, CountsNothingThatOnlyHasTheNameOfOne) {
    const std::string book = register_->book().label;
    const auto oldest = back_up().file;
    const auto older = back_up().file;
    const auto name = [&](int second) {
        return folder_ /
               ("tizilim-" + book + "-20261102T04300" + std::to_string(second) + "Z.backup");
    };
    std::ofstream(name(0)) << "planted";
    std::filesystem::copy_file(older, name(1));
    std::filesystem::create_symlink(older, name(2));
    std::filesystem::create_directory(name(3));
    ASSERT_EQ(::mkfifo(name(4).c_str(), 0600), 0);
    std::filesystem::create_hard_link(older, name(5));
    clock_.advance(std::chrono::hours(1));

    const store::BackupReport made = back_up(3);

    EXPECT_EQ(made.removed, 0U);
    EXPECT_THAT(in_english(made.not_removed.value()),
                testing::HasSubstr("has the name of a backup"));
    EXPECT_TRUE(std::filesystem::exists(oldest));
    EXPECT_TRUE(std::filesystem::exists(older));
    for (int second = 0; second < 6; ++second)
        EXPECT_NE(std::filesystem::symlink_status(name(second)).type(),
                  std::filesystem::file_type::not_found)
            << second;
}

TEST_F(BackupRetention, CountsACopyInTheSameMinuteOnce) {
    const auto first = back_up().file;
    const auto second = back_up().file;
    for (const char* const stamp : {"20261102T040010Z", "20261102T040011Z"}) {
        const std::string name = "tizilim-" + register_->book().label + "-" + stamp + ".backup";
        std::filesystem::copy_file(second, folder_ / name);
    }
    clock_.advance(std::chrono::minutes(10));

    EXPECT_EQ(back_up(3).removed, 0U);

    EXPECT_TRUE(std::filesystem::exists(first));
}

TEST_F(BackupRetention, CountsNothingOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    const auto first = back_up().file;
    const auto others = back_up().file;
    ASSERT_EQ(::chown(others.c_str(), 12345, 12345), 0);

    const store::BackupReport made = back_up(2);

    EXPECT_EQ(made.removed, 0U);
    EXPECT_TRUE(std::filesystem::exists(first));
    EXPECT_TRUE(std::filesystem::exists(others));
}

TEST_F(BackupRetention, CountsNothingOfAnotherRegister) {
    const std::string book = register_->book().label;
    const auto first = back_up().file;
    store::RegisterSettings settings = elsewhere_;
    (void)store::Register::create(settings, other_keys_, clock_, random_);
    open_elsewhere();
    clock_.advance(std::chrono::seconds(1));
    const auto other = store::back_up(*restored_, {.directory = folder_}, {}).file;
    std::string name = other.filename().string();
    name.replace(std::string("tizilim-").size(), book.size(), book);
    std::filesystem::rename(other, folder_ / name);

    EXPECT_EQ(back_up(2).removed, 0U);

    EXPECT_TRUE(std::filesystem::exists(first));
    EXPECT_TRUE(std::filesystem::exists(folder_ / name));
}

TEST_F(BackupRetention, ShowsWhichBackupsThereAre) {
    const auto first = back_up().file;
    const auto second = back_up().file;
    (void)store::Register::create(elsewhere_, other_keys_, clock_, random_);
    open_elsewhere();
    clock_.advance(std::chrono::seconds(1));
    const auto other = store::back_up(*restored_, {.directory = folder_}, {}).file;
    std::filesystem::resize_file(first, 40);
    std::ofstream(folder_ / "notes.txt") << "x";
    std::ofstream(folder_ / "tizilim-A-20261399T999999Z.backup") << "x";

    const store::BackupsSeen seen = store::backups_in(folder_, register_.get());

    ASSERT_EQ(seen.newest.size(), 3U);
    EXPECT_EQ(seen.left_out, 0U);
    EXPECT_EQ(seen.newest[0].file, other);
    EXPECT_EQ(seen.newest[0].book, restored_->book().label);
    EXPECT_EQ(seen.newest[0].is_ours, false);
    EXPECT_EQ(seen.newest[1].file, second);
    EXPECT_EQ(seen.newest[1].book, register_->book().label);
    EXPECT_EQ(seen.newest[1].bytes, std::filesystem::file_size(second));
    EXPECT_EQ(seen.newest[1].is_ours, true);
    EXPECT_EQ(seen.newest[1].problem, std::nullopt);
    EXPECT_NE(seen.newest[2].problem, std::nullopt);
    EXPECT_EQ(seen.newest[2].is_ours, std::nullopt);
    EXPECT_EQ(store::backups_in(folder_, nullptr).newest[1].is_ours, std::nullopt);
    EXPECT_THROW((void)store::backups_in(folder_ / "gone", nullptr), store::StoreError);
}

TEST_F(BackupRetention, RemovesNoneThatSaysItIsNewer) {
    const auto first = back_up().file;
    const auto second = back_up().file;
    clock_.advance(-std::chrono::hours(24 * 30));

    const store::BackupReport back_then = back_up(1);
    const store::BackupReport once_more = back_up(1);

    EXPECT_TRUE(std::filesystem::exists(first));
    EXPECT_TRUE(std::filesystem::exists(second));
    EXPECT_FALSE(std::filesystem::exists(back_then.file));
    EXPECT_TRUE(std::filesystem::exists(once_more.file));
    EXPECT_THAT(in_english(once_more.not_removed.value()),
                testing::HasSubstr("made after this one"));
}

TEST_F(BackupRetention, TakesNoPlantedNameForTheNewest) {
    const auto now = [&] { return clock_.wall_now(); };
    EXPECT_FALSE(store::newest_backup(*register_, folder_, now()));
    std::ofstream(folder_ / store::backup_name(register_->book().label, now())) << "planted";
    EXPECT_FALSE(store::newest_backup(*register_, folder_, now()));
    const auto made_at = now() + std::chrono::seconds(1);
    (void)back_up();
    clock_.advance(std::chrono::hours(1));
    std::ofstream(folder_ / store::backup_name(register_->book().label, now())) << "planted";

    EXPECT_EQ(store::newest_backup(*register_, folder_, now()), made_at);
}

TEST_F(BackupRetention, SaysWhoElseCanWriteToTheFolder) {
    EXPECT_EQ(::chmod(folder_.c_str(), 0700), 0);
    EXPECT_EQ(back_up().folder_warning, std::nullopt);
    ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
    EXPECT_THAT(in_english(back_up().folder_warning.value()),
                testing::HasSubstr("written to by others (0777)"));
    ASSERT_EQ(::chmod(folder_.c_str(), 01730), 0);
    EXPECT_THAT(in_english(back_up().folder_warning.value()), testing::HasSubstr("(1730)"));
    if (::geteuid() != 0) return;
    ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
    ASSERT_EQ(::chown(folder_.c_str(), 12345, 12345), 0);
    EXPECT_THAT(in_english(back_up().folder_warning.value()),
                testing::HasSubstr("another user (id 12345)"));
}

TEST_F(BackupPadding, TellsLittleOfHowManyEntriesThereAre) {
    const auto empty = std::filesystem::file_size(back_up().file);
    for (int i = 0; i < 5; ++i) add(good_input());
    const auto few = std::filesystem::file_size(back_up().file);
    add_many(200);
    const auto many = std::filesystem::file_size(back_up().file);

    EXPECT_EQ(empty, std::uintmax_t{64} << 10);
    EXPECT_EQ(few, empty);
    EXPECT_GT(many, few);
    EXPECT_EQ(many % (std::uintmax_t{64} << 10), 0U);
}

TEST_F(BackupPadding, OfAnEarlierVersionWithoutPaddingIsRestored) {
    recovery_code_ = "SZTY-TKZ2-194B-RZJK-6Z7N-KHAK-E4YR";

    const auto report =
        restore(std::filesystem::path(TIZILIM_TEST_DATA) / "backup-format-1.backup", true);
    open_elsewhere();

    EXPECT_EQ(report.entries, 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).show("1").minutes, "90");
}

}  // namespace
}  // namespace tizilim
