#include "agent/documents/csv/csv.h"

#include "platform/text/message.h"
#include "store/owner/import_rows.h"
#include "tests/support/file_rows.h"

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

using Problems = std::vector<std::pair<std::uint64_t, std::string>>;

/// Line and field of each problem.
Problems problems_of(const support::FileRows& read) {
    Problems result;
    for (const store::RowProblem& problem : read.problems)
        result.emplace_back(problem.line, problem.error.field);
    return result;
}
Problems problems(const std::string& text) {
    return problems_of(support::read_register_csv(text));
}

std::vector<std::string> essences(const support::FileRows& read) {
    std::vector<std::string> result;
    for (const store::ImportRow& row : read.rows) result.push_back(row.input.essence);
    return result;
}

/// The header and one row, written with another separator, line end or encoding.
std::string sheet(const std::string& separator, const std::string& line_end) {
    std::string text;
    for (const char c :
         std::string(kHeader) + "2025-11-03,2025-11-03,court,1,,Сот,Мәні,court,5\n") {
        if (c == ',') {
            text += separator;
        } else if (c == '\n') {
            text += line_end;
        } else {
            text += c;
        }
    }
    return text;
}

std::string marked_utf16(std::string_view text, bool little) {
    std::string bytes = little ? "\xff\xfe" : "\xfe\xff";
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        unsigned code = lead;
        if (lead >= 0xC0) {
            code = (lead & 0x1FU) << 6U | (static_cast<unsigned char>(text[at + 1]) & 0x3FU);
            ++at;
        }
        ++at;
        const char high = static_cast<char>(code >> 8U);
        const char low = static_cast<char>(code & 0xFFU);
        bytes += little ? std::string{low, high} : std::string{high, low};
    }
    return bytes;
}

TEST(RegisterCsv, ReadsQuotesLineBreaksAndBothLineEnds) {
    const auto read = support::read_register_csv(
        file("2025-11-03,2025-11-03,court,1,2025-11-03,x,\"a, \"\"b\"\"\nc\",court,5\r\n"
             "2025-11-04,2025-11-04,court,2,2025-11-04,y,plain,court,6"));

    EXPECT_EQ(problems_of(read), Problems{});
    ASSERT_EQ(read.rows.size(), 2U);
    EXPECT_EQ(read.rows[0].input.essence, "a, \"b\"\nc");
    EXPECT_EQ(read.rows[0].line, 2U);
    EXPECT_EQ(read.rows[1].input.minutes, "6");
    EXPECT_EQ(read.rows[1].line, 4U);
}

TEST(RegisterCsv, TakesColumnsInAnyOrderAndSkipsAByteOrderMark) {
    const auto read = support::read_register_csv(
        "\xef\xbb\xbfminutes,form,essence,basis_issuer,basis_date,basis_number,basis_type,"
        "recorded_date,application_date\r\n7,f,e,i,d,n,t,r,a\r\n");

    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows.front().input.minutes, "7");
    EXPECT_EQ(read.rows.front().input.application_date, "a");
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
    EXPECT_EQ(problems(file("a,b,c,d,e,f,\"g,h,9\n1,2\n")),
              (Problems{{2, "column 7"}, {3, "row"}}));
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

TEST(RegisterCsv, GoesOnAfterARecordThatCannotBeRead) {
    const auto read =
        support::read_register_csv(file("a,b,c,d,e,f,one,h,9\n"
                                        "a,b\"x,c,d,e,f,two,h,9\n"
                                        "a,b,c,d,e,f,three,h,9\n"
                                        "a,\"b\"x,c,d,e,f,four,h,9\n"
                                        "a,b,c\n"
                                        "a,b,c,d,e,f,five,h,9\n"));

    EXPECT_EQ(problems_of(read), (Problems{{3, "column 2"}, {5, "column 2"}, {6, "row"}}));
    EXPECT_EQ(essences(read), (std::vector<std::string>{"one", "three", "five"}));
}

TEST(RegisterCsv, GoesOnAfterAQuoteThatIsNeverClosed) {
    const auto read =
        support::read_register_csv(file("a,b,c,d,e,f,\"one,h,9\na,b,c,d,e,f,two,h,9\n"));

    EXPECT_EQ(problems_of(read), (Problems{{2, "column 7"}}));
    EXPECT_EQ(essences(read), std::vector<std::string>{"two"});
}

TEST(RegisterCsv, ReadsWhatSpreadsheetProgramsWrite) {
    for (const char* const separator : {",", ";", "\t"})
        for (const char* const line_end : {"\n", "\r\n", "\r"})
            for (const char* const mark : {"", "\xef\xbb\xbf"}) {
                const auto read = support::read_register_csv(mark + sheet(separator, line_end));

                EXPECT_EQ(problems_of(read), Problems{});
                ASSERT_EQ(essences(read), std::vector<std::string>{"Мәні"});
                EXPECT_EQ(read.rows.front().line, 2U);
            }
}

TEST(RegisterCsv, TakesTheSeparatorThatAFirstLineNames) {
    const auto read = support::read_register_csv("sep=;\r\n" + sheet(";", "\r\n"));

    EXPECT_EQ(problems_of(read), Problems{});
    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows.front().line, 3U);
    EXPECT_EQ(problems("sep=x\n" + sheet("x", "\n")), (Problems{{1, "file"}}));
    EXPECT_EQ(problems("sep=;"), (Problems{{2, "file"}}));
}

TEST(RegisterCsv, ConvertsUtf16) {
    for (const bool little : {true, false}) {
        const auto read = support::read_register_csv(marked_utf16(sheet("\t", "\r\n"), little));

        EXPECT_EQ(problems_of(read), Problems{});
        EXPECT_EQ(essences(read), std::vector<std::string>{"Мәні"});
    }
}

TEST(RegisterCsv, RefusesDamagedUtf16AndOtherEncodings) {
    const std::string whole = marked_utf16(sheet("\t", "\n"), true);
    EXPECT_EQ(problems(whole.substr(0, whole.size() - 1)), (Problems{{1, "file"}}));
    EXPECT_EQ(problems(whole + std::string("\x00\xd8", 2)), (Problems{{1, "file"}}));
    EXPECT_EQ(problems(whole + std::string("\x00\xdc", 2)), (Problems{{1, "file"}}));
    const std::string windows_1251 = "\xd1\xf3\xe4";
    EXPECT_EQ(problems(file("a,b,c,d,e," + windows_1251 + ",g,h,9\n")), (Problems{{2, "file"}}));
}

TEST(RegisterCsv, KnowsTheColumnsOfAnExport) {
    std::string header(kHeader.substr(0, kHeader.size() - 1));
    header += ",number,book,id,recorded_at,delivery,signature_status,state,void_reason\n";

    const auto read = support::read_register_csv(
        header + "a,b,c,d,e,f,g,h,9,1,BOOK,the-id,2026,local,unsigned,void,why\n");

    EXPECT_EQ(problems_of(read), Problems{});
    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows.front().id, "the-id");
    EXPECT_EQ(read.rows.front().input.state, "void");
    EXPECT_EQ(read.rows.front().input.void_reason, "why");
}

TEST(RegisterCsv, UndoesTheGuardAgainstFormulas) {
    const auto read = support::read_register_csv(file("a,b,c,'-5,e,f,\"'=x\ny\",h,9\n"));

    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows.front().input.basis_number, "-5");
    EXPECT_EQ(read.rows.front().input.essence, "=x\ny");
}

TEST(RegisterCsv, TakesDatesAsThisCountryWritesThem) {
    const auto read =
        support::read_register_csv(file("03.11.2025,4.11.2025,c,d,05.11.2025,f,g,h,9\n"));

    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows.front().input.application_date, "2025-11-03");
    EXPECT_EQ(read.rows.front().input.recorded_date, "2025-11-04");
    EXPECT_EQ(read.rows.front().input.basis_date, "2025-11-05");
}

TEST(RegisterCsv, SkipsTheEmptyCellsAroundASheet) {
    std::string header(kHeader.substr(0, kHeader.size() - 1));

    const auto read = support::read_register_csv(header + ",,\na,b,c,d,e,f,g,h,9,,\n,,,,,,,,,,\n");

    EXPECT_EQ(problems_of(read), Problems{});
    EXPECT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(problems(header + ",\na,b,c,d,e,f,g,h,9,x\n"), (Problems{{2, "column 10"}}));
}

TEST(RegisterCsv, BoundsTheFieldsOfARecord) {
    EXPECT_EQ(problems(file(std::string(100'000, ',') + "\n")), (Problems{{2, "column 101"}}));
    EXPECT_EQ(problems(std::string(100'000, ',')), (Problems{{1, "column 101"}}));
}

}  // namespace
}  // namespace tizilim
