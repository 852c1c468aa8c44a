#include "agent/documents/csv/csv.h"
#include "platform/hex.h"
#include "platform/text/message.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/rules.h"
#include "store/keys/seal.h"
#include "store/owner/import_rows.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "tests/support/file_rows.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::ImportRow;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ImportBounds : public RegisterTest {
protected:
    /// So many rows, the first `bad` of them without minutes.
    static std::vector<ImportRow> rows(std::size_t bad, std::size_t good) {
        std::vector<ImportRow> made;
        for (std::size_t i = 0; i < bad + good; ++i) {
            made.push_back({i + 2, imported_input(std::to_string(i))});
            if (i < bad) made.back().input.minutes.clear();
        }
        return made;
    }
    store::ImportReport import(const std::vector<ImportRow>& rows,
                               const store::ImportOptions& options = {}) {
        return store::OwnerSession(*register_).import(rows, options, {});
    }
    static constexpr store::ImportOptions kCautious{.keep_going = false, .refuse_repeated = true};
};

TEST_F(ImportBounds, StopsAtAHundredBadRowsAndSaysHowManyWereNotLookedAt) {
    const auto report = import(rows(1000, 0));

    ASSERT_THAT(report.errors, SizeIs(store::kBadRowsMax + 1));
    EXPECT_EQ(report.errors.back().line, 101U);
    EXPECT_THAT(platform::in_english(report.errors.back().error.message),
                HasSubstr("the 900 lines after this one were not looked at"));
    EXPECT_EQ(register_->balance().recorded, 0U);
}

TEST_F(ImportBounds, SaysNothingMoreOfAFileThatEndsWithTheHundredth) {
    EXPECT_THAT(import(rows(store::kBadRowsMax, 0)).errors, SizeIs(store::kBadRowsMax));
}

TEST_F(ImportBounds, CountsAllBadRowsWhenToldToKeepGoing) {
    const auto report = import(rows(150, 2), {.keep_going = true});

    EXPECT_EQ(report.recorded, 2U);
    ASSERT_THAT(report.errors, SizeIs(store::kBadRowsMax + 1));
    EXPECT_THAT(platform::in_english(report.errors.back().error.message),
                HasSubstr("and 50 more rows"));
}

TEST_F(ImportBounds, RefusesMoreRowsThanOneTransactionTakes) {
    for (const bool keep_going : {false, true}) {
        const auto report = import(rows(0, store::kImportRowsMax + 1), {.keep_going = keep_going});

        ASSERT_THAT(report.errors, SizeIs(1));
        EXPECT_THAT(platform::in_english(report.errors[0].error.message),
                    HasSubstr("import it in parts"));
    }
    EXPECT_EQ(register_->balance().recorded, 0U);
}

TEST_F(ImportBounds, LooksAtNoMoreLinesThanItTakesThoughNoneCanBeRead) {
    std::string file =
        "essence,application_date,recorded_date,basis_type,basis_number,basis_date,"
        "basis_issuer,form,minutes\n";
    for (std::uint64_t i = 0; i < 3 * store::kImportRowsMax; ++i) file += "x\n";
    agent::CsvRows rows(file);

    const auto check = store::OwnerSession(*register_).check_import(rows, {.keep_going = true});

    EXPECT_EQ(check.rows, store::kImportRowsMax + 1);
    EXPECT_TRUE(check.refused());
}

TEST_F(ImportBounds, SaysWhichLinesOfAFileAreAlike) {
    store::EntryTexts again = imported_input();
    again.minutes = "20";
    again.essence += "\xc2\xa0";

    const auto report = import({{2, imported_input()}, {3, again}, {4, imported_input("другой")}});

    EXPECT_EQ(report.recorded, 3U);
    ASSERT_THAT(report.warnings, SizeIs(1));
    EXPECT_EQ(report.warnings[0].line, 3U);
    EXPECT_THAT(platform::in_english(report.warnings[0].error.message),
                HasSubstr("is like line 2"));
}

TEST_F(ImportBounds, RecordsNothingWhenItIsEndedInTheMiddle) {
    EXPECT_THROW((void)store::OwnerSession(*register_)
                     .import(rows(0, 50), {},
                             [](std::uint64_t done, std::uint64_t) {
                                 if (done == 25) throw std::runtime_error("end");
                             }),
                 std::runtime_error);
    EXPECT_EQ(register_->balance().recorded, 0U);
    EXPECT_EQ(import(rows(0, 50)).recorded, 50U);
}

TEST_F(ImportBounds, KnowsARowWhateverItsSpacesAndNormalForm) {
    store::EntryTexts input = imported_input();
    input.essence = "защита Йокаста";
    ASSERT_EQ(import({{2, input}}).recorded, 1U);
    input.essence = "\xc2\xa0\xe2\x80\x89защита И\xcc\x86окаста\xef\xbb\xbf \n";
    input.basis_number = " " + input.basis_number + "\xe3\x80\x80";
    input.minutes += "\xc2\xa0";
    input.form = "\xe2\x80\xaf" + input.form;

    EXPECT_EQ(import({{2, input}}).already_there, 1U);

    EXPECT_EQ(store::OwnerSession(*register_).show("1").essence, "защита Йокаста");
}

TEST_F(ImportBounds, KnowsARowThatWasReadBeforeSpacesWereTaken) {
    store::EntryTexts input = imported_input();
    input.essence += " ";
    std::string text;
    for (const std::string* const field :
         {&input.application_date, &input.recorded_date, &input.late_reason, &input.basis_type,
          &input.basis_number, &input.basis_date, &input.basis_issuer, &input.essence, &input.form,
          &input.minutes, &input.minor, &input.disclosure, &input.language, &input.state,
          &input.void_reason})
        text += std::to_string(field->size()) + ':' + *field;
    const auto digest = store::Hasher(store::Hasher::Size::bytes32).add(text).digest32();
    store::opened(*register_).vault.write([&](store::VaultWriter& writer) {
        const std::string key = writer.index("import", platform::to_hex(digest) + "/1");
        writer.put(store::Table::imports, key, std::string(16, 'x'));
    });

    EXPECT_EQ(import({{2, input}}).already_there, 1U);
}

TEST_F(ImportBounds, RefusesARowThatIsLikeAnEntryOfTheRegister) {
    add(good_input());
    store::EntryTexts like = imported_input();
    like.minutes = "20";
    like.basis_number += "\xc2\xa0";
    const std::vector<ImportRow> file{{2, like}, {3, imported_input("другой")}};

    const auto refused = import(file, kCautious);
    const auto others = import(file, {.keep_going = true, .refuse_repeated = true});

    ASSERT_THAT(refused.errors, SizeIs(1));
    EXPECT_THAT(platform::in_english(refused.errors[0].error.message),
                AllOf(HasSubstr("is like entry 1"), HasSubstr("--again")));
    EXPECT_EQ(refused.recorded, 0U);
    EXPECT_EQ(others.recorded, 1U);
    EXPECT_THAT(others.errors, SizeIs(1));
    EXPECT_EQ(import(file).recorded, 1U);
    EXPECT_EQ(import(file, kCautious).already_there, 2U);
}

TEST_F(ImportBounds, TakesNoVoidEntryNorOneOfAnotherDayForTheSame) {
    add(good_input());
    const auto like = store::OwnerSession(*register_).like(good_input());
    ASSERT_TRUE(like);
    EXPECT_EQ(platform::in_english(*like), "1");
    store::EntryTexts other = good_input();
    other.basis_number = "Т-002";
    EXPECT_FALSE(store::OwnerSession(*register_).like(other));
    other = good_input();
    other.application_date = "2026-11-01";
    other.late_reason = "болезнь";
    EXPECT_FALSE(store::OwnerSession(*register_).like(other));
    (void)store::OwnerSession(*register_).void_entry("1", "дважды");
    EXPECT_FALSE(store::OwnerSession(*register_).like(good_input()));
}

TEST_F(ImportBounds, ReadsAMillionBadLinesOfAFileInNoTime) {
    std::string file =
        "essence,application_date,recorded_date,basis_type,basis_number,basis_date,"
        "basis_issuer,form,minutes\n";
    for (int i = 0; i < 1'000'000; ++i) file += "x\n";
    agent::CsvRows rows(file);

    const auto check = store::OwnerSession(*register_).check_import(rows, {});

    EXPECT_EQ(check.rows, store::kBadRowsMax);
    EXPECT_THAT(platform::in_english(check.report.errors.back().error.message),
                HasSubstr("999900 lines"));
}

TEST(CsvBounds, ReadsNoCellWithoutEnd) {
    const std::string header =
        "essence,application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,"
        "form,minutes\n";
    const std::string huge(std::size_t{1} << 20, 'x');
    const auto problem_of = [&](const std::string& row) {
        const auto read = support::read_register_csv(header + row);
        EXPECT_THAT(read.rows, IsEmpty());
        return read.problems.empty() ? std::string()
                                     : platform::in_english(read.problems.front().error.message);
    };
    const std::string rest = ",a,b,c,d,e,f,g,9\n";

    EXPECT_THAT(problem_of('"' + huge), HasSubstr("never closed"));
    EXPECT_THAT(problem_of('"' + huge + '"' + rest), HasSubstr("has more than 131072 bytes"));
    EXPECT_THAT(problem_of(huge + rest), HasSubstr("has more than 131072 bytes"));
}

}  // namespace
}  // namespace tizilim
