#include "store/backup/backup.h"

#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/keys/recovery_code.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/recovery.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/unit/store/backup_fixture.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace tizilim {
namespace {

using store::StoreError;
using Kind = store::StoreError::Kind;

/// What an entry says, in one line.
std::string line_of(const store::EntryView& entry) {
    return entry.book + ' ' + std::to_string(static_cast<std::uint64_t>(entry.number)) + ' ' +
           entry.id + ' ' + entry.recorded_at + ' ' + entry.essence + ' ' + entry.disclosure + ' ' +
           entry.basis_number + ' ' + std::to_string(entry.versions);
}

std::vector<std::string> lines_of(store::Register& registry, const std::string& book) {
    std::vector<std::string> lines;
    store::ListQuery query;
    query.book = book;
    for (const store::EntryView& entry : store::OwnerSession(registry).list(query).entries) {
        lines.push_back(line_of(entry));
    }
    return lines;
}

TEST_F(BackupTest, RestoresWhatWasBackedUpOnAnotherComputer) {
    add_of_class("partial");
    deliver_all();
    add_of_class("local");
    const std::string id = add_of_class("full");
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "причина");
    const std::string book = register_->book().label;
    const auto lines = lines_of(*register_, book);

    const store::BackupReport made = back_up();
    const store::RestoreReport report = restore(made.file);
    open_elsewhere();

    EXPECT_EQ(made.entries, 3U);
    EXPECT_EQ(made.bytes, std::filesystem::file_size(made.file));
    EXPECT_EQ(report.entries, 3U);
    EXPECT_EQ(report.backed_up_at, clock_.wall_now());
    EXPECT_EQ(lines_of(*restored_, book), lines);
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
    EXPECT_EQ(restored_->balance().error(), 0);
}

TEST_F(BackupTest, GoesOnInANewBookFromNumberOne) {
    add(good_input());
    const std::string book = register_->book().label;

    const store::RestoreReport report = restore(back_up().file);
    open_elsewhere();
    const auto recorded = store::OwnerSession(*restored_).add(good_input());

    EXPECT_NE(report.book, book);
    EXPECT_EQ(restored_->book().label, report.book);
    EXPECT_EQ(restored_->book().problem, std::nullopt);
    ASSERT_TRUE(recorded.has_value());
    EXPECT_EQ(recorded->number, store::EntryNumber{1});
    EXPECT_NE(restored_->replication().installation_id(),
              register_->replication().installation_id());
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
}

TEST_F(BackupTest, GoesOnInTheSameBookWhenAskedTo) {
    add(good_input());

    const store::RestoreReport report = restore(back_up().file, true);
    open_elsewhere();
    const auto recorded = store::OwnerSession(*restored_).add(good_input());

    EXPECT_EQ(report.book, register_->book().label);
    ASSERT_TRUE(recorded.has_value());
    EXPECT_EQ(recorded->number, store::EntryNumber{2});
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
}

TEST_F(BackupTest, AsksAnewForEverythingThatWasDelivered) {
    for (int i = 0; i < 3; ++i) add(good_input());
    deliver_all();
    add(good_input());
    register_->replication().set_checkpoint(
        "peer", {.pulled = "7", .epoch = 7, .nonce = {}, .peer_instance = {}});
    ASSERT_EQ(register_->balance().delivered, 3U);

    restore(back_up().file);
    open_elsewhere();

    EXPECT_EQ(restored_->balance().delivered, 0U);
    EXPECT_EQ(restored_->balance().sent, 3U);
    EXPECT_EQ(restored_->balance().pending, 1U);
    EXPECT_EQ(restored_->replication().awaiting_receipt(10).size(), 3U);
    EXPECT_EQ(restored_->replication().checkpoint("peer"), store::Checkpoint{});
}

TEST_F(BackupTest, TakesBackMoreReceiptsThanFitOneTransaction) {
    add_many(1001);
    for (int batch = 0; batch < 2; ++batch) {
        std::vector<store::Mark> marks;
        for (const store::DisclosedEntry& entry : all_changes().entries) {
            marks.push_back(
                {{entry.document_id(), entry.revision()}, store::Verdict::delivered, {}});
        }
        register_->replication().mark("peer", marks);
    }
    ASSERT_EQ(register_->balance().delivered, 1001U);

    restore(back_up().file);
    open_elsewhere();

    EXPECT_EQ(restored_->balance().sent, 1001U);
}

TEST_F(BackupTest, IsOfOneMomentWhileTheRegisterGoesOn) {
    platform::SystemRandom random;
    register_.reset();
    register_ = std::make_unique<store::Register>(settings_, keys_, clock_, random);
    for (int i = 0; i < 20; ++i) add(good_input());
    std::atomic<int> added{20};
    std::jthread writer([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            if (store::OwnerSession(*register_).add(good_input())) ++added;
        }
    });

    std::vector<store::BackupReport> made;
    for (int i = 0; i < 5; ++i) {
        const auto folder = folder_ / std::to_string(i);
        std::filesystem::create_directory(folder);
        const auto before = static_cast<std::uint64_t>(added);
        made.push_back(store::back_up(*register_, {.directory = folder}, {}));
        // The counter follows the commit, so one more may be in it already.
        EXPECT_GE(made.back().entries, before);
    }
    writer.request_stop();
    writer.join();

    for (std::size_t i = 0; i < made.size(); ++i) {
        elsewhere_.directory = directory_ / ("elsewhere" + std::to_string(i));
        support::MemoryKeyStore keys;
        const auto report =
            store::restore(elsewhere_, {.file = made[i].file, .recovery_code = recovery_code_},
                           keys, clock_, random);
        EXPECT_EQ(report.entries, made[i].entries);
        const store::Register restored(elsewhere_, keys, clock_, random);
        EXPECT_EQ(restored.verify({}).first_bad, std::nullopt);
        EXPECT_EQ(restored.balance().recorded, made[i].entries);
    }
}

TEST_F(BackupTest, RefusesACodeWithAMistakeAndOneOfAnotherRegister) {
    add(good_input());
    const auto file = back_up().file;
    const std::string own = recovery_code_;

    recovery_code_ = own.substr(1);
    const auto mistyped = refusal_of([&] { return restore(file); });
    recovery_code_ = store::RecoveryCode::make(random_).text();
    const auto foreign = refusal_of([&] { return restore(file); });

    ASSERT_TRUE(mistyped && foreign);
    EXPECT_EQ(mistyped->kind(), Kind::refused);
    EXPECT_EQ(foreign->kind(), Kind::wrong_key);
    EXPECT_EQ(std::string(foreign->what()).find(recovery_code_.substr(0, 4)), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(elsewhere_.directory));
    recovery_code_ = own;
    EXPECT_EQ(restore(file).entries, 1U);
}

TEST_F(BackupTest, RefusesEveryTruncationAndLeavesNothingBehind) {
    add_many(100);
    const std::string whole = content_of(back_up().file);
    ASSERT_GT(whole.size(), 65'536U);

    for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 1499) {
        const auto file = file_of(whole.substr(0, size));
        EXPECT_EQ(kind_of([&] { return restore(file); }), Kind::damaged) << size;
    }

    EXPECT_FALSE(std::filesystem::exists(elsewhere_.directory));
    EXPECT_FALSE(other_keys_.load(store::kKeyName).has_value());
}

TEST_F(BackupTest, RefusesEveryAlteredByteAndLeavesNothingBehind) {
    add(good_input());
    const std::string whole = content_of(back_up().file);

    for (std::size_t at = 0; at < whole.size(); at += at < 200 ? 1 : 97) {
        std::string bad = whole;
        bad[at] = static_cast<char>(bad[at] ^ 4);
        EXPECT_EQ(kind_of([&] { return restore(file_of(bad)); }), Kind::damaged) << at;
    }

    EXPECT_FALSE(std::filesystem::exists(elsewhere_.directory));
}

TEST_F(BackupTest, RefusesToReplaceARegisterOrItsKey) {
    add(good_input());
    const auto file = back_up().file;
    (void)store::Register::create(elsewhere_, other_keys_, clock_, random_);
    EXPECT_EQ(kind_of([&] { return restore(file); }), Kind::exists);

    const auto registry = store::register_file(elsewhere_.directory);
    std::filesystem::rename(registry, directory_ / "moved.mdb");
    const auto names = names_of(elsewhere_.directory);
    EXPECT_EQ(kind_of([&] { return restore(file); }), Kind::exists);

    EXPECT_EQ(names_of(elsewhere_.directory), names);
}

TEST_F(BackupTest, FinishesARestoreThatWasInterruptedAfterTheKey) {
    add(good_input());
    const auto file = back_up().file;
    other_keys_.create(store::kKeyName, *keys_.load(store::kKeyName));
    std::filesystem::create_directories(elsewhere_.directory / "restoring");
    std::ofstream(elsewhere_.directory / "restoring" / "register.mdb") << "half";

    EXPECT_EQ(restore(file).entries, 1U);

    EXPECT_FALSE(std::filesystem::exists(elsewhere_.directory / "restoring"));
}

TEST_F(BackupTest, LeavesTheRegisterAloneWhenRestoredBesideItForAnExercise) {
    settings_.anchor_directory = elsewhere_.anchor_directory = directory_ / "anchors";
    open();
    add(good_input());
    const auto file = back_up().file;
    add(good_input());

    (void)restore(file);

    open();
    EXPECT_EQ(register_->book().problem, std::nullopt);
    add(good_input());
    open_elsewhere();
    EXPECT_EQ(restored_->book().problem, std::nullopt);
    EXPECT_TRUE(store::OwnerSession(*restored_).add(good_input()).has_value());
    open();
    EXPECT_EQ(register_->book().problem, std::nullopt);
}

TEST_F(BackupTest, ReportsADamagedRegisterInsteadOfRestoringIt) {
    const std::string id = add(good_input());
    store::opened(*register_).vault.write([&](store::VaultWriter& vault) {
        vault.erase(store::Table::entries, store::EntryId::parse(id)->raw());
    });
    const auto file = back_up().file;

    EXPECT_EQ(kind_of([&] { return restore(file); }), Kind::damaged);

    EXPECT_EQ(names_of(elsewhere_.directory), std::vector<std::string>{});
    EXPECT_FALSE(other_keys_.load(store::kKeyName).has_value());
}

TEST_F(BackupTest, KeepsTheNewestOfItsBookAndTouchesNothingElse) {
    add(good_input());
    const std::string book = register_->book().label;
    const auto foreign = {std::string("notes.txt"),
                          std::string("tizilim-K7ABCDEFGH-20200101T000000Z.backup"),
                          "tizilim-" + book + "-20200101T000000Z.backup.old"};
    for (const std::string& name : foreign) std::ofstream(folder_ / name) << "mine";
    const auto oldest = back_up().file;
    const auto older = back_up().file;
    const auto old = back_up().file;

    const store::BackupReport made = back_up(2);

    EXPECT_EQ(made.removed, 2U);
    EXPECT_EQ(made.not_removed, std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(oldest));
    EXPECT_FALSE(std::filesystem::exists(older));
    EXPECT_TRUE(std::filesystem::exists(old));
    EXPECT_TRUE(std::filesystem::exists(made.file));
    for (const std::string& name : foreign) EXPECT_TRUE(std::filesystem::exists(folder_ / name));
}

TEST_F(BackupTest, OfAnOlderCopyThatWasPutBackRemovesNoneThatMayKnowMore) {
    settings_.anchor_directory = directory_ / "anchors";
    open();
    const auto file = store::register_file(settings_.directory);
    register_.reset();
    std::filesystem::copy_file(file, directory_ / "older.mdb");
    open();
    add(good_input());
    const auto knows_more = back_up().file;
    register_.reset();
    std::filesystem::rename(directory_ / "older.mdb", file);
    open();
    ASSERT_NE(register_->book().problem, std::nullopt);

    const store::BackupReport made = back_up(1);

    EXPECT_TRUE(std::filesystem::exists(knows_more));
    EXPECT_EQ(made.removed, 0U);
    EXPECT_NE(made.not_removed, std::nullopt);
}

TEST_F(BackupTest, TellsOfAnOldOneThatStays) {
    const std::string book = register_->book().label;
    const auto stays = folder_ / ("tizilim-" + book + "-20200101T000000Z.backup");
    std::filesystem::create_directories(stays / "not empty");

    const store::BackupReport made = back_up(1);

    EXPECT_THAT(in_english(made.not_removed.value()), testing::HasSubstr(stays.string()));
    EXPECT_TRUE(std::filesystem::exists(made.file));
}

TEST_F(BackupTest, RefusesTheRegistersOwnFolder) {
    const auto inside = settings_.directory / "backups";
    std::filesystem::create_directory(inside);
    std::filesystem::create_directory_symlink(inside, directory_ / "link");
    for (const auto& folder : {settings_.directory, inside, directory_ / "link"}) {
        try {
            (void)store::back_up(*register_, {.directory = folder, .keep = 0}, {});
            ADD_FAILURE() << folder;
        } catch (const StoreError& error) {
            EXPECT_EQ(error.kind(), StoreError::Kind::refused);
            EXPECT_THAT(error.what(), testing::HasSubstr("own folder"));
        }
    }
    EXPECT_TRUE(std::filesystem::is_empty(inside));
}

TEST_F(BackupTest, RefusesAFolderThatIsNotThere) {
    std::filesystem::remove(folder_);
    EXPECT_EQ(kind_of([&] { return back_up(); }), Kind::absent);
    EXPECT_FALSE(std::filesystem::exists(folder_));
    std::ofstream(folder_) << "a file";
    EXPECT_EQ(kind_of([&] { return back_up(); }), Kind::refused);
}

TEST_F(BackupTest, NamesASecondOneInTheSameSecondAfterTheNext) {
    const auto first = back_up().file;
    const std::string content = content_of(first);

    const auto second = store::back_up(*register_, {.directory = folder_, .keep = 2}, {});

    EXPECT_NE(second.file, first);
    EXPECT_EQ(content_of(first), content);
    EXPECT_EQ(names_of(folder_).size(), 2U);
}

TEST_F(BackupTest, LeavesNothingBehindWhenItIsEnded) {
    add_many(60);
    int calls = 0;
    const store::Progress stop = [&calls](std::uint64_t, std::uint64_t) {
        if (++calls == 2) throw std::runtime_error("the client went");
    };
    EXPECT_THROW((void)store::back_up(*register_, {.directory = folder_}, stop),
                 std::runtime_error);
    EXPECT_EQ(names_of(folder_), std::vector<std::string>{});
}

TEST_F(BackupTest, RemovesWhatACrashLeftOfAnEarlierOne) {
    const std::string book = register_->book().label;
    const auto left = folder_ / (".tizilim-" + book + "-20200101T000000Z.backup.12-0a1b.tmp");
    const auto other = folder_ / ".tizilim-K7ABCDEFGH-20200101T000000Z.backup.12-0a1b.tmp";
    std::ofstream(left) << "half";
    std::ofstream(other) << "half";

    back_up();

    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_F(BackupTest, IsForItsOwnerAlone) {
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(back_up().file).permissions(),
              perms::owner_read | perms::owner_write);
}

TEST_F(BackupTest, NeedsARecoveryCodeWhichCanBeMadeAnew) {
    add(good_input());
    const auto early = back_up().file;
    const std::string first_code = recovery_code_;
    store::opened(*register_).vault.write([](store::VaultWriter& vault) {
        vault.erase(store::Table::meta, vault.index("meta", "recovery"));
    });
    EXPECT_EQ(kind_of([&] { return back_up(); }), Kind::refused);

    recovery_code_ = store::renew_recovery_code(*register_);
    const auto late = back_up().file;

    EXPECT_EQ(restore(late).entries, 1U);
    elsewhere_.directory = directory_ / "third";
    EXPECT_EQ(kind_of([&] { return restore(early); }), Kind::wrong_key);
    recovery_code_ = first_code;
    EXPECT_EQ(restore(early).entries, 1U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(BackupTest, HoldsNoConfidentialTextInClear) {
    add(good_input());
    const std::string content = content_of(back_up().file);
    EXPECT_EQ(content.find(good_input().essence), std::string::npos);
    EXPECT_EQ(content.find(good_input().basis_number), std::string::npos);
}

TEST_F(BackupTest, CanBeBackedUpAgainWhereItWasRestored) {
    add(good_input());
    restore(back_up().file);
    open_elsewhere();
    clock_.advance(std::chrono::seconds(1));
    const auto second = store::back_up(*restored_, {.directory = folder_}, {});
    elsewhere_.directory = directory_ / "third";
    support::MemoryKeyStore keys;

    const auto report = store::restore(
        elsewhere_, {.file = second.file, .recovery_code = recovery_code_}, keys, clock_, random_);

    EXPECT_EQ(report.entries, 1U);
}

/// Made by the program that committed by a log beside the register's file.
TEST_F(BackupTest, RestoresABackupOfAnEarlierVersion) {
    recovery_code_ = "G4AE-XF0J-2E2Z-S41G-E1YZ-QTKF-DW63";

    const store::RestoreReport report =
        restore(TIZILIM_TEST_DATA "/register-schema-4.backup", true);

    EXPECT_EQ(report.entries, 4U);
    open_elsewhere();
    EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
    EXPECT_EQ(restored_->balance().local, 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).show("4").minutes, "140");
}

}  // namespace
}  // namespace tizilim
