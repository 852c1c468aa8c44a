#include "platform/files/key_store.h"
#include "platform/files/process_lock.h"
#include "store/backup/backup.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/said.h"
#include "tests/unit/store/backup_fixture.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

namespace fs = std::filesystem;
using store::StoreError;

/// A register whose file goes from its path while it is open. One entry stood in it when `older_`
/// was copied, two when it goes.
class MovedFile : public BackupTest {
protected:
    MovedFile() {
        add(good_input());
        fs::copy_file(file_, older_);
        add(good_input());
    }
    void expect_refused(const std::string& how) {
        const auto refusal =
            refusal_of([&] { return store::OwnerSession(*register_).add(good_input()); });
        ASSERT_TRUE(refusal.has_value());
        EXPECT_EQ(refusal->kind(), StoreError::Kind::refused);
        const std::string message = refusal->what();
        EXPECT_NE(message.find(file_.string() + " " + how), std::string::npos) << message;
        EXPECT_NE(message.find("tizilim backup"), std::string::npos) << message;
        EXPECT_EQ(register_->book().problem, refusal->message());
        EXPECT_EQ(register_->verify({}).first_bad, refusal->message());
        EXPECT_EQ(kind_of([&] { return all_changes().entries; }), StoreError::Kind::refused);
        EXPECT_EQ(register_->balance().recorded, 2U) << "what was recorded is still read";
    }
    void expect_works_again() {
        EXPECT_EQ(register_->book().problem, std::nullopt);
        EXPECT_NE(add(good_input()), "");
        EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
        EXPECT_EQ(all_changes().entries.size(), 3U);
    }
    [[nodiscard]] bool second_is_held_back() {
        try {
            const store::Register second(settings_, keys_, clock_, random_);
        } catch (const platform::LockHeld&) {
            return true;
        }
        return false;
    }

    const fs::path file_ = store::register_file(settings_.directory);
    const fs::path older_ = directory_ / "older.mdb";
    const fs::path aside_ = directory_ / "aside.mdb";
};

TEST_F(MovedFile, IsRecordedInNoMoreAndNothingElseIsWhenAnOlderOneTakesItsPlace) {
    const std::string before = content_of(older_);
    fs::rename(file_, aside_);
    fs::rename(older_, file_);

    expect_refused("was replaced by another file");

    EXPECT_EQ(content_of(file_), before);
    EXPECT_TRUE(second_is_held_back());
    fs::rename(aside_, file_);
    expect_works_again();
}

TEST_F(MovedFile, IsRecordedInNoMoreWhenItIsRemoved) {
    fs::rename(file_, aside_);

    expect_refused("was removed");

    EXPECT_FALSE(fs::exists(file_));
    fs::rename(aside_, file_);
    expect_works_again();
}

TEST_F(MovedFile, IsRecordedInNoMoreWhenItsFolderIsMovedOrReplaced) {
    const fs::path moved = directory_ / "moved";
    fs::rename(settings_.directory, moved);
    expect_refused("was removed");
    fs::copy(moved, settings_.directory, fs::copy_options::recursive);
    expect_refused("was replaced by another file");
    fs::remove_all(settings_.directory);
    fs::rename(moved, settings_.directory);
    expect_works_again();
}

TEST_F(MovedFile, IsRecordedInNoMoreWhenALinkToAnotherTakesItsPlace) {
    fs::rename(file_, aside_);
    const auto link_by = [&](const std::function<void()>& link) {
        link();
        expect_refused("was replaced by another file");
        fs::remove(file_);
    };
    link_by([&] { fs::create_symlink(older_, file_); });
    link_by([&] { fs::create_hard_link(older_, file_); });
    fs::create_symlink(aside_, file_);
    expect_works_again();
}

TEST_F(MovedFile, IsSavedByABackupThatTheOwnerAsksFor) {
    fs::rename(older_, file_);

    const store::BackupReport saved = back_up(1);

    EXPECT_EQ(saved.entries, 2U);
    EXPECT_NE(saved.not_removed, std::nullopt) << "older backups may be what is left";
    EXPECT_EQ(restore(saved.file).entries, 2U);
}

TEST_F(MovedFile, IsNoticedWithinAnAct) {
    const fs::path file = directory_ / "rows.mdb";
    store::Environment rows(file, store::Environment::Open::create);
    const auto put = [&](const std::function<void()>& meanwhile) {
        rows.write([&](store::RawWriter& writer) {
            writer.put(store::Table::meta, "a", "1");
            meanwhile();
        });
    };

    EXPECT_THROW(put([&] { fs::rename(file, aside_); }), StoreError);

    fs::rename(aside_, file);
    rows.read([](const store::RawReader& reader) {
        EXPECT_FALSE(reader.get(store::Table::meta, "a").has_value());
    });
}

TEST_F(MovedFile, HasNoSecondWriterUnderAnotherName) {
    const fs::path lmdb_lock = file_.string() + "-lock";
    EXPECT_TRUE(fs::remove(lmdb_lock));
    EXPECT_TRUE(second_is_held_back());
    store::RegisterSettings elsewhere = settings_;
    elsewhere.directory = directory_ / "other";
    fs::create_directory(elsewhere.directory);
    const fs::path other = store::register_file(elsewhere.directory);
    for (const bool symbolic : {true, false}) {
        symbolic ? fs::create_symlink(file_, other) : fs::create_hard_link(file_, other);
        EXPECT_THROW(store::Register(elsewhere, keys_, clock_, random_), platform::LockHeld);
        fs::remove(other);
    }
    add(good_input());
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(MovedFile, IsTreatedAsOneWhoseKeyIsGone) {
    register_.reset();
    platform::FileKeyStore keys(directory_ / "keys");
    keys.create(store::kKeyName, *keys_.load(store::kKeyName));
    const fs::path key = directory_ / "keys" / "register.key";
    register_ = std::make_unique<store::Register>(settings_, keys, clock_, random_);
    EXPECT_NE(add(good_input()), "");
    fs::rename(key, aside_);

    EXPECT_EQ(kind_of([&] { return store::OwnerSession(*register_).add(good_input()); }),
              StoreError::Kind::refused);
    EXPECT_NE(support::said(register_->book().problem).find("key was removed"), std::string::npos);
    EXPECT_NE(register_->verify({}).first_bad, std::nullopt);
    keys.create(store::kKeyName, platform::MasterKey({}));
    EXPECT_NE(support::said(register_->book().problem).find("key was replaced"), std::string::npos);

    fs::rename(aside_, key);
    EXPECT_EQ(register_->book().problem, std::nullopt);
    EXPECT_NE(add(good_input()), "");
    register_.reset();
}

}  // namespace
}  // namespace tizilim
