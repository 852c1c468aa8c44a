#include "store/register/register.h"

#include "platform/files/key_store.h"
#include "platform/files/process_lock.h"
#include "store/book/records.h"
#include "store/owner/owner_session.h"
#include "store/register/schema.h"
#include "store/store_error.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/raw_register.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

namespace tizilim {
namespace {

using store::StoreError;

class RegisterOpening : public RegisterTest {
protected:
    StoreError::Kind failure(const platform::KeyStore& keys) {
        try {
            const store::Register opened(settings_, keys, clock_, random_);
        } catch (const StoreError& error) {
            return error.kind();
        }
        ADD_FAILURE() << "opened";
        return StoreError::Kind::io;
    }
};

TEST_F(RegisterOpening, KeepsEverythingAcrossARestart) {
    const std::string book = register_->book().label;
    const std::string id = add(good_input());

    open();

    EXPECT_EQ(register_->book().label, book);
    EXPECT_EQ(store::OwnerSession(*register_).show(id).essence, good_input().essence);
}

TEST_F(RegisterOpening, RefusesASecondOneByNameOfTheFirstOnesProcess) {
    try {
        const store::Register second(settings_, keys_, clock_, random_);
        FAIL() << "opened twice";
    } catch (const platform::LockHeld& held) {
        EXPECT_NE(std::string(held.what()).find(std::to_string(::getpid())), std::string::npos)
            << held.what();
    }
}

TEST_F(RegisterOpening, RefusesAMissingAndAWrongKey) {
    register_.reset();
    support::MemoryKeyStore other;
    EXPECT_EQ(failure(other), StoreError::Kind::wrong_key);
    other.create("register", platform::MasterKey(random_.bytes<platform::MasterKey::kBytes>()));
    EXPECT_EQ(failure(other), StoreError::Kind::wrong_key);
    EXPECT_NO_THROW(open());
}

TEST_F(RegisterOpening, SaysWhereThereIsNoRegisterAndMakesNone) {
    settings_.directory = directory_ / "elsewhere";
    EXPECT_EQ(failure(keys_), StoreError::Kind::absent);
    EXPECT_FALSE(std::filesystem::exists(settings_.directory));
}

TEST_F(RegisterOpening, NeverMakesARegisterOverAnother) {
    const std::string id = add(good_input());
    register_.reset();

    EXPECT_THROW(store::Register::create(settings_, keys_, clock_, random_), StoreError);

    open();
    EXPECT_EQ(store::OwnerSession(*register_).show(id).id, id);
}

TEST_F(RegisterOpening, TakesAnEmptyFileForDamageAndLeavesItAlone) {
    add(good_input());
    register_.reset();
    const std::filesystem::path file = store::register_file(settings_.directory);
    std::filesystem::resize_file(file, 0);

    EXPECT_EQ(failure(keys_), StoreError::Kind::damaged);
    EXPECT_THROW(store::Register::create(settings_, keys_, clock_, random_), StoreError);

    EXPECT_EQ(std::filesystem::file_size(file), 0U);
}

TEST_F(RegisterOpening, FinishesACreationThatWasCutOff) {
    settings_.directory = directory_ / "other";
    std::filesystem::create_directories(settings_.directory);
    std::ofstream(settings_.directory / "register.mdb.new") << "half a file";

    store::Register::create(settings_, keys_, clock_, random_);

    open();
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(RegisterOpening, IssuesNoNumberWhenARowOfTheBookIsGone) {
    for (int i = 0; i < 3; ++i) add(good_input());
    register_.reset();
    RawRegister(settings_, keys_, random_).erase(store::Table::numbers, 1);
    open();

    EXPECT_THROW((void)store::OwnerSession(*register_).add(good_input()), StoreError);

    EXPECT_EQ(register_->balance().recorded, 3U);
}

TEST_F(RegisterOpening, RefusesANewerSchema) {
    register_.reset();
    RawRegister(settings_, keys_, random_).set_schema(std::to_string(store::kSchema + 1));
    EXPECT_EQ(failure(keys_), StoreError::Kind::newer_schema);
}

TEST_F(RegisterOpening, MigratesSchemaOneWhichKnewNoMonths) {
    for (int i = 0; i < 3; ++i) add(good_input());
    register_.reset();
    RawRegister(settings_, keys_, random_).back_to_schema_one();

    open();

    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
    using std::chrono::year;
    EXPECT_EQ(store::OwnerSession(*register_).list({.month = year(2026) / 11 / 1}).entries.size(),
              3U);
}

/// A register as an earlier program left it, closed.
class EarlierRegister : public RegisterTest {
protected:
    explicit EarlierRegister(const std::string& name) {
        register_.reset();
        std::array<std::byte, platform::MasterKey::kBytes> key{};
        for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(i + 1);
        old_keys_.create(store::kKeyName, platform::MasterKey(key));
        std::filesystem::remove(file_);
        std::filesystem::copy_file(std::filesystem::path(TIZILIM_TEST_DATA) / name, file_);
    }
    [[nodiscard]] std::string bytes() const {
        std::ifstream stream(file_, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    std::filesystem::path file_ = store::register_file(settings_.directory);
    support::MemoryKeyStore old_keys_;
};

/// Four entries, one of them in a second version, one delivered, one local.
class SchemaTwo : public EarlierRegister {
protected:
    SchemaTwo() : EarlierRegister("register-schema-2.mdb") {}
};

TEST_F(SchemaTwo, IsMigrated) {
    const store::Register opened(settings_, old_keys_, clock_, random_);

    EXPECT_EQ(opened.verify({}).first_bad, std::nullopt);
    EXPECT_EQ(opened.book().problem, std::nullopt);
    EXPECT_EQ(opened.balance().recorded, 4U);
    EXPECT_EQ(opened.balance().delivered, 1U);
    EXPECT_EQ(opened.balance().local, 1U);
    EXPECT_EQ(opened.balance().pending, 2U);
}

TEST_F(SchemaTwo, StaysAsACopyBesideTheMigratedOne) {
    register_ = std::make_unique<store::Register>(settings_, old_keys_, clock_, random_);
    add(good_input());
    EXPECT_EQ(register_->balance().recorded, 5U);
    register_.reset();

    std::filesystem::rename(file_.string() + ".schema-2", file_);

    const store::Register before(settings_, old_keys_, clock_, random_);
    EXPECT_EQ(before.balance().recorded, 4U);
    EXPECT_TRUE(std::filesystem::exists(file_.string() + ".schema-2"));
}

TEST_F(SchemaTwo, IsNotMigratedWithoutACopy) {
    const std::filesystem::path copy = file_.string() + ".schema-2";
    std::filesystem::create_directory(copy);

    EXPECT_THROW(store::Register(settings_, old_keys_, clock_, random_), store::StoreError);
    std::filesystem::remove(copy);

    const store::Register opened(settings_, old_keys_, clock_, random_);
    EXPECT_EQ(opened.balance().recorded, 4U);
    EXPECT_TRUE(std::filesystem::exists(copy));
}

TEST_F(SchemaTwo, HasNoChangedVersionUnnoticed) {
    RawRegister(settings_, old_keys_, random_)
        .change(store::Table::versions, 0, [](std::string& bytes) {
            store::EntryVersion version = store::EntryCodec::unpack(bytes);
            version.entry.content.minutes += 60;
            bytes = store::EntryCodec::pack(version);
        });
    const store::Register opened(settings_, old_keys_, clock_, random_);
    EXPECT_NE(opened.verify({}).first_bad, std::nullopt);
}

/// By the program that committed by a log beside the file. Four entries, one of them in a second
/// version, two delivered, one local.
class WithoutItsLog : public EarlierRegister {
protected:
    WithoutItsLog() : EarlierRegister("register-schema-4.mdb") {}
};

TEST_F(WithoutItsLog, OpensAsItIsAndGoesOn) {
    const store::Register opened(settings_, old_keys_, clock_, random_);
    EXPECT_EQ(opened.verify({}).first_bad, std::nullopt);
    EXPECT_EQ(opened.book().problem, std::nullopt);
    EXPECT_EQ(opened.balance().recorded, 4U);
    EXPECT_EQ(opened.balance().delivered, 2U);
    EXPECT_EQ(opened.balance().local, 1U);
    EXPECT_EQ(opened.balance().pending, 1U);
}

TEST_F(WithoutItsLog, RecordsAndSendsWhatWaited) {
    register_ = std::make_unique<store::Register>(settings_, old_keys_, clock_, random_);

    const std::string id = add(good_input());
    deliver_all();

    EXPECT_EQ(store::OwnerSession(*register_).show(id).number, store::EntryNumber{5});
    EXPECT_EQ(register_->balance().delivered, 4U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

/// Any byte of the mark: a write of it may have been cut off.
TEST_F(WithoutItsLog, IsRefusedUntilTheEarlierVersionHasClosedIt) {
    for (const std::streamoff at : {2048, 2087}) {
        std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary).seekp(at).put('T');
        const std::string before = bytes();
        try {
            const store::Register opened(settings_, old_keys_, clock_, random_);
            ADD_FAILURE() << "opened";
        } catch (const StoreError& error) {
            EXPECT_EQ(error.kind(), StoreError::Kind::refused);
            const std::string message = error.what();
            EXPECT_NE(message.find("start that version once and stop it"), std::string::npos);
            EXPECT_NE(message.find(file_.string()), std::string::npos);
        }
        EXPECT_EQ(bytes(), before);
        std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary).seekp(at).put('\0');
    }
    EXPECT_NO_THROW(store::Register(settings_, old_keys_, clock_, random_));
}

TEST_F(RegisterOpening, KeepsNoWordOfAnEntryInClearInItsFolder) {
    store::EntryTexts input = good_input();
    input.essence = "CANARY-essence";
    input.basis_number = "CANARY-number";
    input.basis_issuer = "CANARY-issuer";
    add(input);
    register_.reset();

    for (const auto& file : std::filesystem::recursive_directory_iterator(settings_.directory)) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
        EXPECT_EQ(bytes.find("CANARY"), std::string::npos) << file.path();
        EXPECT_EQ(bytes.find("2026-11"), std::string::npos) << file.path();
        EXPECT_EQ(bytes.find("investigator"), std::string::npos) << file.path();
    }
}

TEST_F(RegisterOpening, HoldsAReserveForDelivery) {
    add(good_input());
    EXPECT_GE(register_->figures().reserve_bytes, std::uint64_t{8} << 20);
    EXPECT_GT(register_->figures().bytes, 0U);
}

}  // namespace
}  // namespace tizilim
