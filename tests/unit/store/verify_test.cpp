#include "store/book/records.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "tests/support/said.h"
#include "tests/unit/store/raw_register.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using store::Table;
using testing::HasSubstr;

/// What the register says after somebody with the key changed one record. Without the key the seals
/// say it, which is the last test.
class Verify : public RegisterTest {
protected:
    Verify() {
        for (const char* disclosure : {"local", "partial", "full"}) add_of_class(disclosure);
        deliver_all();
        add_of_class("partial");
    }
    template <class Change>
    std::string after(Table table, std::size_t row, const Change& change) {
        register_.reset();
        RawRegister(settings_, keys_, random_).change(table, row, change);
        return first_bad();
    }
    std::string after_erasing(Table table, std::size_t row) {
        register_.reset();
        RawRegister(settings_, keys_, random_).erase(table, row);
        return first_bad();
    }
    std::string first_bad() {
        open();
        return support::said(register_->verify({}).first_bad);
    }
};

TEST_F(Verify, FindsNothingWrongWithASoundRegister) {
    const store::VerifyReport report = register_->verify({});

    EXPECT_EQ(report.first_bad, std::nullopt);
    EXPECT_EQ(report.entries, 4U);
    EXPECT_EQ(report.journal_records, 7U);  // created, four recorded, two delivered
    EXPECT_EQ(report.chain_head.size(), 64U);
}

TEST_F(Verify, ReportsItsProgressToTheEnd) {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    (void)register_->verify([&](std::uint64_t d, std::uint64_t t) { done = d, total = t; });
    EXPECT_GT(total, 0U);
    EXPECT_EQ(done, total);
}

TEST_F(Verify, NamesAChangedJournalRecord) {
    const std::string bad = after(Table::journal, 2, [](std::string& bytes) {
        auto record = store::unpack<store::JournalRecord>(bytes);
        record.detail = "nothing happened";
        bytes = store::pack(record);
    });
    EXPECT_THAT(bad, HasSubstr("journal record 3"));
}

TEST_F(Verify, NamesAJournalRecordThatWasHashedAgain) {
    const std::string bad = after(Table::journal, 2, [](std::string& bytes) {
        auto record = store::unpack<store::JournalRecord>(bytes);
        record.detail = "nothing happened";
        record.hash = store::hash_of(record);
        bytes = store::pack(record);
    });
    EXPECT_THAT(bad, HasSubstr("journal record 4 is not chained"));
}

TEST_F(Verify, NamesAMissingJournalRecord) {
    EXPECT_THAT(after_erasing(Table::journal, 3), HasSubstr("journal record 4 is missing"));
}

TEST_F(Verify, NamesAChangedVersion) {
    const std::string bad = after(Table::versions, 1, [](std::string& bytes) {
        store::EntryVersion version = store::EntryCodec::unpack(bytes);
        version.entry.content.minutes += 60;
        bytes = store::EntryCodec::pack(version);
    });
    EXPECT_THAT(bad, HasSubstr("version 1 of entry"));
}

TEST_F(Verify, NamesAMissingNumber) {
    EXPECT_THAT(after_erasing(Table::numbers, 1), HasSubstr("entry number 2 is missing"));
}

TEST_F(Verify, NamesAnEntryThatWasCutOffTheEnd) {
    EXPECT_THAT(after_erasing(Table::numbers, 3), HasSubstr("the versions are of"));
}

TEST_F(Verify, NamesAnEntryInTheWrongState) {
    const std::string bad = after(Table::entries, 0, [](std::string& bytes) {
        auto head = store::unpack<store::EntryHead>(bytes);
        head.delivery = head.delivery == store::DeliveryState::local ? store::DeliveryState::pending
                                                                     : store::DeliveryState::local;
        bytes = store::pack(head);
    });
    EXPECT_THAT(bad, HasSubstr("delivery state that its class does not allow"));
}

TEST_F(Verify, NamesAnEntryThatIsCalledDeliveredWithoutAReceipt) {
    register_.reset();
    RawRegister(settings_, keys_, random_).call_delivered(Table::pending);
    EXPECT_THAT(first_bad(), HasSubstr("without a receipt"));
}

TEST_F(Verify, NamesAnEntryThatLeftItsQueue) {
    EXPECT_THAT(after_erasing(Table::delivered, 0), HasSubstr("not in its delivery queue"));
    EXPECT_NE(register_->balance().error(), 0);
}

TEST_F(Verify, NamesAnEntryMissingFromItsMonth) {
    EXPECT_THAT(after_erasing(Table::months, 2), HasSubstr("not listed under its month"));
}

TEST_F(Verify, NamesARevisionThatIsGone) {
    EXPECT_THAT(after_erasing(Table::revisions, 0), HasSubstr("lacks the revision"));
}

TEST_F(Verify, NamesARecordWhoseSealWasBroken) {
    // Flips one bit in each sealed value that stands in clear view: the file without the key.
    const std::filesystem::path file = store::register_file(settings_.directory);
    std::string needle;
    {
        register_.reset();
        const store::Environment environment(file, store::Environment::Open::existing);
        environment.read([&](const store::RawReader& reader) {
            needle = std::string(*reader.get(Table::journal, store::key_of(3)));
        });
    }
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    const std::size_t at = bytes.find(needle);
    ASSERT_NE(at, std::string::npos);
    for (std::size_t found = at; found != std::string::npos;
         found = bytes.find(needle, found + 1)) {
        stream.seekp(static_cast<std::streamoff>(found + 30));
        stream.put(static_cast<char>(bytes[found + 30] ^ 1));
    }
    stream.close();

    EXPECT_THAT(first_bad(), HasSubstr("table journal does not open"));
}

}  // namespace
}  // namespace tizilim
