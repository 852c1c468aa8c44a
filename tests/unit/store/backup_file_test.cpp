#include "store/backup/backup_file.h"

#include "platform/files/key_store.h"
#include "store/backup/backup.h"
#include "store/disk/tables.h"
#include "store/keys/recovery_code.h"
#include "store/keys/seal.h"
#include "store/register/schema.h"
#include "store/store_error.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

using store::StoreError;
using store::Table;

constexpr std::size_t kHeaderBytes = 188;
constexpr std::size_t kSealedChunkBytes = (std::size_t{64} << 10) + 17;

struct Row {
    Table table;
    std::string key;
    std::string value;
    bool operator==(const Row&) const = default;
};

/// A source of bytes that gives `bytes` from the start.
store::BackupFileReader::Take from(const std::string& bytes) {
    return [&bytes, at = std::size_t{0}](std::span<char> part) mutable {
        const std::size_t count = std::min(part.size(), bytes.size() - at);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, part.begin());
        at += count;
        return count;
    };
}

class BackupFileTest : public testing::Test {
protected:
    std::string written(const std::vector<Row>& rows) {
        std::string bytes;
        store::BackupFileWriter writer(header_, seal_, random_,
                                       [&](std::string_view part) { bytes += part; });
        std::optional<Table> table;
        for (const Row& row : rows) {
            if (table != row.table) writer.begin(row.table);
            table = row.table;
            writer.row(row.key, row.value);
        }
        content_ = writer.finish();
        return bytes;
    }
    std::vector<Row> read(const std::string& bytes) {
        std::vector<Row> rows;
        store::BackupFileReader reader("B", from(bytes));
        const auto content =
            reader.read(seal_, [&](Table table, std::string_view key, std::string_view value) {
                rows.push_back({table, std::string(key), std::string(value)});
            });
        EXPECT_EQ(content, content_);
        return rows;
    }
    /// What a file is refused with; an empty message when it is not.
    struct Refusal {
        StoreError::Kind kind{};
        std::string message;
    };
    Refusal refusal_of(const std::string& bytes) {
        try {
            (void)read(bytes);
        } catch (const StoreError& error) {
            return {error.kind(), error.what()};
        }
        return {};
    }
    /// With the header's digest made anew, as a newer program would.
    static std::string resealed(std::string bytes) {
        const std::string_view said = std::string_view(bytes).substr(0, kHeaderBytes - 32);
        const auto digest = store::Hasher(store::Hasher::Size::bytes32).add(said).digest32();
        return bytes.replace(kHeaderBytes - 32, 32, store::bytes_of(digest));
    }

    support::SeededRandom random_;
    support::SimClock clock_;
    platform::MasterKey key_{random_.bytes<platform::MasterKey::kBytes>()};
    store::RecoveryCode code_ = store::RecoveryCode::make(random_);
    store::Seal seal_{key_, random_};
    store::BackupHeader header_{
        .schema = store::kSchema,
        .created_at = clock_.wall_now(),
        .wrapped = store::wrap_key(key_, code_.bytes(), support::kCheapRecovery, random_)};
    store::BackupContent content_;
    std::vector<Row> some_{{Table::meta, "k", "v"},
                           {Table::entries, "1", std::string(100'000, 'a')},
                           {Table::entries, "2", ""},
                           {Table::versions, "", "x"},
                           {Table::quarantined, "q", std::string(70'000, 'b')}};
};

TEST_F(BackupFileTest, ReadsBackWhatWasWritten) {
    const std::string bytes = written(some_);
    EXPECT_EQ(read(bytes), some_);
    EXPECT_EQ(content_.rows_of(Table::entries), 2U);
    const store::BackupHeader header = store::BackupFileReader("B", from(bytes)).header();
    EXPECT_EQ(header.created_at, clock_.wall_now());
    EXPECT_EQ(header.wrapped.sealed, header_.wrapped.sealed);
    EXPECT_EQ(bytes.find("aaaaaaaa"), std::string::npos);
}

TEST_F(BackupFileTest, ReadsBackNothing) {
    const std::string bytes = written({});
    EXPECT_EQ(read(bytes), std::vector<Row>{});
}

TEST_F(BackupFileTest, ReadsBackWhateverFillsTheLastStep) {
    constexpr std::size_t kStep = std::size_t{64} << 10;
    std::size_t last = kStep;
    std::size_t steps = 0;
    for (std::size_t size = kStep - 1000; size < kStep + 200; ++size) {
        const std::string bytes = written({{Table::meta, "", std::string(size, 'x')}});
        ASSERT_EQ(read(bytes).front().value.size(), size);
        ASSERT_EQ(bytes.size() % kStep, 0U) << size;
        if (bytes.size() != last) ++steps;
        last = bytes.size();
    }
    EXPECT_EQ(steps, 1U);
    EXPECT_EQ(last, 2 * kStep);
}

TEST_F(BackupFileTest, RefusesEveryTruncation) {
    const std::string bytes = written(some_);
    std::vector<std::size_t> cuts{kHeaderBytes + kSealedChunkBytes,
                                  kHeaderBytes + 2 * kSealedChunkBytes, bytes.size() - 1};
    for (std::size_t cut = 0; cut < bytes.size(); cut += cut < 400 ? 1 : 997) cuts.push_back(cut);
    for (const std::size_t cut : cuts) {
        const Refusal refusal = refusal_of(bytes.substr(0, cut));
        EXPECT_EQ(refusal.kind, StoreError::Kind::damaged) << cut;
        EXPECT_THAT(refusal.message, testing::HasSubstr("cut off")) << cut;
    }
}

TEST_F(BackupFileTest, RefusesEveryAlteredByte) {
    const std::string bytes = written(some_);
    for (std::size_t at = 0; at < bytes.size(); at += at < 400 ? 1 : 499) {
        std::string bad = bytes;
        bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
        EXPECT_EQ(refusal_of(bad).kind, StoreError::Kind::damaged) << at;
        EXPECT_NE(refusal_of(bad).message, "") << at;
    }
}

TEST_F(BackupFileTest, RefusesWhatComesAfterTheEnd) {
    EXPECT_THAT(refusal_of(written(some_) + 'x').message, testing::HasSubstr("altered"));
    EXPECT_THAT(refusal_of(written(some_) + std::string(kSealedChunkBytes, '\0')).message,
                testing::HasSubstr("altered"));
}

TEST_F(BackupFileTest, RefusesChunksInAnotherOrder) {
    const std::string bytes = written(some_);
    std::string swapped = bytes;
    swapped.replace(kHeaderBytes, kSealedChunkBytes,
                    bytes.substr(kHeaderBytes + kSealedChunkBytes, kSealedChunkBytes));
    swapped.replace(kHeaderBytes + kSealedChunkBytes, kSealedChunkBytes,
                    bytes.substr(kHeaderBytes, kSealedChunkBytes));
    EXPECT_EQ(refusal_of(swapped).kind, StoreError::Kind::damaged);
}

TEST_F(BackupFileTest, RefusesTheHeadOfAnotherBackup) {
    const std::string one = written(some_);
    header_.created_at += std::chrono::hours(1);
    const std::string other = written(some_);
    EXPECT_EQ(refusal_of(other.substr(0, kHeaderBytes) + one.substr(kHeaderBytes)).kind,
              StoreError::Kind::damaged);
}

TEST_F(BackupFileTest, NamesANewerFormatAndANewerSchema) {
    std::string format = written(some_);
    format[11] = 3;
    EXPECT_EQ(refusal_of(resealed(format)).kind, StoreError::Kind::newer_schema);
    EXPECT_THAT(refusal_of(resealed(format)).message, testing::HasSubstr("format 3"));
    std::string schema = written(some_);
    schema[18] = 1;
    EXPECT_EQ(refusal_of(resealed(schema)).kind, StoreError::Kind::newer_schema);
    EXPECT_THAT(refusal_of(resealed(schema)).message, testing::HasSubstr("schema"));
}

TEST_F(BackupFileTest, RefusesACostThatNoMachineShouldBear) {
    std::string greedy = written(some_);
    greedy[20 + 8 + 16] = 0x7f;  // passes
    EXPECT_EQ(refusal_of(resealed(greedy)).kind, StoreError::Kind::damaged);
}

TEST_F(BackupFileTest, SaysThatAnotherFileIsNoBackup) {
    EXPECT_THAT(refusal_of(std::string(1000, 'x')).message, testing::HasSubstr("is no backup"));
}

TEST(BackupName, IsReadBackForItsBookOnly) {
    const support::SimClock clock;
    const std::string name = store::backup_name("K7ABCDEFGH", clock.wall_now());
    EXPECT_EQ(name, "tizilim-K7ABCDEFGH-20261102T040000Z.backup");
    EXPECT_EQ(store::backup_time(name, "K7ABCDEFGH"), clock.wall_now());
    EXPECT_FALSE(store::backup_time(name, "K7ABCDEFGX"));
    for (const char* const other :
         {"tizilim-K7ABCDEFGH-20261302T040000Z.backup",
          "tizilim-K7ABCDEFGH-20261102T250000Z.backup",
          "tizilim-K7ABCDEFGH-20261102T04000 Z.backup",
          "tizilim-K7ABCDEFGH-20261102T040000Z.backup2", "tizilim-K7ABCDEFGH-20261102T040000Z",
          "tizilim-K7ABCDEFGH-2026-102T040000Z.backup", ""}) {
        EXPECT_FALSE(store::backup_time(other, "K7ABCDEFGH")) << other;
    }
}

}  // namespace
}  // namespace tizilim
