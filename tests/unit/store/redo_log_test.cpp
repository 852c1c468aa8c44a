#include "store/redo_log.h"

#include "store/lmdb.h"
#include "store/log_recovery.h"
#include "store/row_changes.h"
#include "store/seal.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace tizilim {
namespace {

using store::Environment;
using store::LogContent;
using store::RawReader;
using store::RawWriter;
using store::RedoLog;
using store::RowChanges;
using store::StoreError;
using store::Table;

class RedoLogTest : public testing::Test {
protected:
    RedoLogTest() {
        Environment(data_, Environment::Open::create).write([](RawWriter& writer) {
            writer.put(Table::meta, "a", "1");
        });
        now_ = store::read_metas(data_);
        first_ = now_.transaction() + 1;
        log_.emplace(file_, store::Digest16{}, now_);
    }

    [[nodiscard]] std::vector<std::string> changes() const {
        std::vector<std::string> all;
        const auto content = store::read_log(file_);
        if (!content) return all;
        for (const LogContent::Transaction& transaction : content->transactions) {
            all.push_back(transaction.changes);
        }
        return all;
    }

    void change_byte(std::uint64_t at) const {
        std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(at));
        const auto byte = static_cast<char>(file.get() ^ 1);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(byte);
    }

    support::TempDirectory directory_;
    std::filesystem::path data_ = directory_ / "register.mdb";
    std::filesystem::path file_ = store::log_of(data_);
    store::SteadyMetas now_;
    std::uint64_t first_ = 0;
    std::optional<RedoLog> log_;
    static constexpr std::uint64_t kBlock = 4096;
};

using Strings = std::vector<std::string>;

TEST_F(RedoLogTest, HoldsItsTransactionsInOrderUntilItIsClosed) {
    EXPECT_FALSE(store::read_log(file_)->open);
    log_->append(first_, "one", now_);
    log_->append(first_ + 1, std::string(3 * kBlock, 'x'), {});
    log_->append(first_ + 2, "three", {});

    EXPECT_EQ(changes(), (Strings{"one", std::string(3 * kBlock, 'x'), "three"}));
    EXPECT_EQ(store::read_log(file_)->last_transaction, first_ + 2);
    EXPECT_EQ(store::read_log(file_)->steady.transaction() + 1, first_);

    log_->close(now_);
    EXPECT_FALSE(store::read_log(file_)->open);
    EXPECT_EQ(changes(), Strings{});
    log_->append(first_, "four", now_);
    EXPECT_EQ(changes(), Strings{"four"});
}

TEST_F(RedoLogTest, ForgetsWhatIsCancelled) {
    log_->append(first_, "one", now_);
    log_->append(first_ + 1, "two", {});
    log_->cancel_last();
    log_->append(first_ + 1, "again", {});

    EXPECT_EQ(changes(), (Strings{"one", "again"}));
}

TEST_F(RedoLogTest, IsTheOwnersAloneAndHasItsSizeFromTheStart) {
    struct stat status{};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_EQ(status.st_size, 1 << 20);
    EXPECT_GE(status.st_blocks * 512, 1 << 20);
}

TEST_F(RedoLogTest, EndsAtALastRecordThatIsNotWhole) {
    log_->append(first_, "one", now_);
    log_->append(first_ + 1, "two", {});

    change_byte(2 * kBlock + 54);
    EXPECT_EQ(changes(), Strings{"one"});
}

TEST_F(RedoLogTest, RefusesADamagedRecordWithAnotherBehindIt) {
    log_->append(first_, "one", now_);
    log_->append(first_ + 1, "two", {});
    log_->append(first_ + 2, "three", {});
    change_byte(2 * kBlock + 54);
    EXPECT_THROW((void)changes(), StoreError);
}

TEST_F(RedoLogTest, RefusesADamagedBeginning) {
    log_->append(first_, "one", now_);
    for (const std::uint64_t at : {0U, 10U, 30U, 36U, 100U, 350U}) {
        change_byte(at);
        EXPECT_THROW((void)changes(), StoreError) << at;
        change_byte(at);
    }
    EXPECT_EQ(changes(), Strings{"one"});
}

TEST_F(RedoLogTest, TakesWhatFitsAndSaysSo) {
    EXPECT_FALSE(log_->has_room(1)) << "closed";
    log_->append(first_, std::string(RedoLog::changes_bytes_max(), 'x'), now_);
    EXPECT_FALSE(log_->has_room(1));
    log_->cancel_last();
    EXPECT_EQ(changes(), Strings{});
    EXPECT_EQ(store::read_log(file_)->last_transaction, first_);
}

TEST(RowChanges, AreReadAsTheyWereMade) {
    RowChanges changes(1000);
    changes.put(Table::journal, "key", "value");
    changes.erase(Table::pending, "gone");
    changes.put(Table::meta, "empty", "");
    std::string seen;

    EXPECT_TRUE(RowChanges::visit(changes.bytes(), [&](const RowChanges::Row& row) {
        seen += std::string(store::name_of(row.table)) + " " + std::string(row.key) + "=" +
                std::string(row.value.value_or("-")) + ";";
    }));

    EXPECT_EQ(seen, "journal key=value;pending gone=-;meta empty=;");
    EXPECT_EQ(changes.count(), 3U);
    const auto nothing = [](const RowChanges::Row&) {};
    const std::string bytes(changes.bytes());
    EXPECT_FALSE(RowChanges::visit(bytes.substr(0, bytes.size() - 1), nothing));
    EXPECT_FALSE(RowChanges::visit("\x01\x03xyz", nothing));
    changes.put(Table::meta, "long", std::string(1000, 'x'));
    EXPECT_FALSE(changes.kept());
    EXPECT_EQ(changes.bytes(), "");
}

class LoggedEnvironment : public testing::Test {
protected:
    LoggedEnvironment() { const Environment made(data_, Environment::Open::create); }
    std::unique_ptr<Environment> opened() {
        return std::make_unique<Environment>(data_, Environment::Open::existing, &random_);
    }
    static void put(Environment& environment, const std::string& key, const std::string& value) {
        environment.write([&](RawWriter& writer) { writer.put(Table::meta, key, value); });
    }
    /// What a process that ends now leaves, opened.
    std::string after_kill(const std::string& key) {
        const std::filesystem::path copy = directory_ / "copy.mdb";
        const auto overwrite = std::filesystem::copy_options::overwrite_existing;
        std::filesystem::copy_file(data_, copy, overwrite);
        std::filesystem::remove(store::log_of(copy));
        if (std::filesystem::exists(log_)) std::filesystem::copy_file(log_, store::log_of(copy));
        return get(Environment(copy, Environment::Open::existing), key);
    }
    static std::string get(const Environment& environment, const std::string& key) {
        std::string value;
        environment.read([&](const RawReader& reader) {
            value = reader.get(Table::meta, key).value_or("absent");
        });
        return value;
    }

    support::TempDirectory directory_;
    support::SeededRandom random_{3};
    std::filesystem::path data_ = directory_ / "register.mdb";
    std::filesystem::path log_ = store::log_of(data_);
};

TEST_F(LoggedEnvironment, HasALogWhileItIsWrittenToAndNoneWhenItIsClosed) {
    auto environment = opened();
    EXPECT_FALSE(std::filesystem::exists(log_));
    put(*environment, "a", "1");
    EXPECT_TRUE(std::filesystem::exists(log_));
    environment.reset();
    EXPECT_FALSE(std::filesystem::exists(log_));
    EXPECT_EQ(get(*opened(), "a"), "1");
}

TEST_F(LoggedEnvironment, KeepsEverythingOverManyGenerationsAndATransactionTooLongForThem) {
    auto environment = opened();
    for (int i = 0; i < 700; ++i) put(*environment, "a", std::to_string(i));
    EXPECT_EQ(after_kill("a"), "699");
    put(*environment, "long", std::string(600 << 10, 'x'));
    EXPECT_EQ(after_kill("long").size(), 600U << 10);
    EXPECT_EQ(after_kill("a"), "699");
    put(*environment, "a", "after");
    EXPECT_EQ(after_kill("a"), "after");
    EXPECT_EQ(after_kill("long").size(), 600U << 10);
    EXPECT_LT(environment->bytes_used(), 16U << 20);
}

TEST_F(LoggedEnvironment, DoesAnErasureAgain) {
    auto environment = opened();
    put(*environment, "a", "1");
    environment->write([](RawWriter& writer) { EXPECT_TRUE(writer.erase(Table::meta, "a")); });
    EXPECT_EQ(after_kill("a"), "absent");
}

TEST_F(LoggedEnvironment, LaysAnotherRegistersLogAside) {
    auto other = std::make_unique<Environment>(data_, Environment::Open::existing, &random_);
    put(*other, "a", "1");
    const std::filesystem::path kept = directory_ / "kept";
    std::filesystem::copy_file(log_, kept);
    other.reset();
    std::filesystem::copy_file(kept, log_);

    auto environment = opened();
    put(*environment, "b", "2");

    EXPECT_EQ(get(*environment, "a"), "1");
    EXPECT_TRUE(std::filesystem::exists(log_.string() + ".aside"));
    EXPECT_EQ(after_kill("b"), "2");
}

}  // namespace
}  // namespace tizilim
