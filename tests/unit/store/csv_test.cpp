#include "store/csv.h"

#include "store/owner_session.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

constexpr std::string_view kHeader =
    "application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,essence,form,"
    "minutes\n";

std::string file(const std::string& rows) {
    return std::string(kHeader) + rows;
}

/// Line and field of each problem.
std::vector<std::pair<std::uint64_t, std::string>> problems(const std::string& text) {
    std::vector<std::pair<std::uint64_t, std::string>> result;
    auto rows = store::read_register_csv(text);
    if (rows) return result;
    for (const store::RowProblem& problem : rows.error()) {
        result.emplace_back(problem.line, problem.error.field);
    }
    return result;
}

using Problems = std::vector<std::pair<std::uint64_t, std::string>>;

TEST(RegisterCsv, ReadsQuotesLineBreaksAndBothLineEnds) {
    const auto rows = store::read_register_csv(
        file("2025-11-03,2025-11-03,court,1,2025-11-03,x,\"a, \"\"b\"\"\nc\",court,5\r\n"
             "2025-11-04,2025-11-04,court,2,2025-11-04,y,plain,court,6"));

    ASSERT_TRUE(rows.has_value());
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].input.essence, "a, \"b\"\nc");
    EXPECT_EQ((*rows)[0].line, 2U);
    EXPECT_EQ((*rows)[1].input.minutes, "6");
    EXPECT_EQ((*rows)[1].line, 4U);
}

TEST(RegisterCsv, TakesColumnsInAnyOrderAndSkipsAByteOrderMark) {
    const auto rows = store::read_register_csv(
        "\xef\xbb\xbfminutes,form,essence,basis_issuer,basis_date,basis_number,basis_type,"
        "recorded_date,application_date\r\n7,f,e,i,d,n,t,r,a\r\n");

    ASSERT_TRUE(rows.has_value());
    EXPECT_EQ(rows->front().input.minutes, "7");
    EXPECT_EQ(rows->front().input.application_date, "a");
}

TEST(RegisterCsv, NamesAMissingColumn) {
    EXPECT_EQ(problems("application_date,recorded_date,basis_type,basis_number,basis_date,"
                       "basis_issuer,form,minutes\n"),
              (Problems{{1, "essence"}}));
}

TEST(RegisterCsv, NamesAnUnknownAndARepeatedColumn) {
    std::string header(kHeader.substr(0, kHeader.size() - 1));
    EXPECT_EQ(problems(header + ",salary,minutes\n"), (Problems{{1, "column 10"}, {1, "minutes"}}));
}

TEST(RegisterCsv, NamesARowWithTooFewFieldsByItsLine) {
    EXPECT_EQ(problems(file("a,b,c,d,e,f,g,h,9\n\na,b\n")), (Problems{{4, "row"}}));
}

TEST(RegisterCsv, NamesAQuoteThatIsNeverClosed) {
    EXPECT_EQ(problems(file("a,b,c,d,e,f,\"g,h,9\n1,2\n")), (Problems{{2, "column 7"}}));
}

TEST(RegisterCsv, NamesAQuoteInsideAPlainFieldAndTextAfterAClosingOne) {
    EXPECT_EQ(problems(file("a,b\"x,c,d,e,f,g,h,9\n")), (Problems{{2, "column 2"}}));
    EXPECT_EQ(problems(file("a,\"b\"x,c,d,e,f,g,h,9\n")), (Problems{{2, "column 2"}}));
}

TEST(RegisterCsv, NamesTheLineWhereUtf8Ends) {
    EXPECT_EQ(problems(file("a,b,c,d,e,f,\xff,h,9\n")), (Problems{{2, "file"}}));
}

TEST(RegisterCsv, RefusesAnEmptyFile) {
    EXPECT_EQ(problems(""), (Problems{{1, "file"}}));
}

TEST(RegisterCsv, StopsNamingProblemsAfterAHundred) {
    std::string rows;
    for (int i = 0; i < 500; ++i) rows += "x\n";
    EXPECT_EQ(problems(file(rows)).size(), 100U);
}

}  // namespace
}  // namespace tizilim
