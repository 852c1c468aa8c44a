#include "agent/documents/xlsx/xlsx.h"

#include "agent/documents/xlsx/basis_column.h"
#include "agent/documents/xlsx/number_format.h"
#include "agent/documents/xlsx/sheet_cells.h"
#include "agent/texts/form_texts.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/owner/import_rows.h"
#include "tests/support/xlsx_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::number_cell;
using support::row_of;
using support::SheetXml;
using support::xlsx_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = agent::NumberFormat::Kind;

struct ReadSheet {
    std::vector<store::ImportRow> rows;
    std::vector<std::string> problems;  ///< "4 minutes: what is wrong"
};

ReadSheet read(const std::string& bytes, std::string_view sheet = {}) {
    agent::XlsxRows rows(bytes, sheet);
    ReadSheet all;
    for (auto row = rows.next(); row; row = rows.next()) {
        if (*row) {
            all.rows.push_back(**row);
        } else {
            const store::RowProblem& problem = row->error();
            all.problems.push_back(std::to_string(problem.line) + ' ' + problem.error.field + ": " +
                                   platform::in_english(problem.error.message));
        }
    }
    return all;
}

std::string sheet_data(const std::string& rows) {
    return "<sheetData>" + rows + "</sheetData>";
}

std::string heading() {
    return row_of({"application_date", "recorded_date", "basis_type", "basis_number", "basis_date",
                   "basis_issuer", "essence", "form", "minutes"});
}

/// A row under heading() in which three cells are as given.
std::string entry(const std::string& day, const std::string& number, const std::string& minutes) {
    return row_of(
        {day, "2025-11-03", "court_resolution", number, "", "Сот", "Мәні", "court", minutes});
}

ReadSheet read_entries(const std::string& rows, const std::string& shared = {},
                       bool since_1904 = false) {
    return read(xlsx_of({SheetXml{.xml = sheet_data(heading() + rows)}}, shared, since_1904));
}

ReadSheet read_entry(const std::string& day, const std::string& number, const std::string& minutes,
                     bool since_1904 = false) {
    return read_entries(entry(day, number, minutes), {}, since_1904);
}

const store::EntryTexts& only(const ReadSheet& sheet) {
    EXPECT_THAT(sheet.problems, IsEmpty());
    EXPECT_EQ(sheet.rows.size(), 1U);
    return sheet.rows.at(0).input;
}

TEST(Xlsx, ReadsColumnsOfAnExport) {
    const auto sheet = read_entry(number_cell("45964", support::day), "77", number_cell("90"));

    const store::EntryTexts& row = only(sheet);
    EXPECT_EQ(row.application_date, "2025-11-03");
    EXPECT_EQ(row.basis_number, "77");
    EXPECT_EQ(row.essence, "Мәні");
    EXPECT_EQ(row.minutes, "90");
    EXPECT_EQ(sheet.rows[0].line, 2U);
}

TEST(Xlsx, ReadsDaysAsTheSystemOf1900Counts) {
    const auto day = [](const std::string& serial, support::CellStyle style = support::day) {
        return only(read_entry(number_cell(serial, style), "7", "5")).application_date;
    };
    EXPECT_EQ(day("1"), "1900-01-01");
    EXPECT_EQ(day("59"), "1900-02-28");
    EXPECT_EQ(day("61"), "1900-03-01");
    EXPECT_EQ(day("45964.6"), "2025-11-03");
    EXPECT_EQ(day("45964", support::own_day), "2025-11-03");
    for (const char* const none : {"60", "0", "-1", "2958466"})
        EXPECT_THAT(read_entry(number_cell(none, support::day), "7", "5").problems,
                    ElementsAre(HasSubstr("2 application_date: A2 holds a day or a time that")))
            << none;
}

TEST(Xlsx, ReadsDaysAsTheSystemOf1904Counts) {
    EXPECT_EQ(only(read_entry(number_cell("44502", support::day), "7", "5", true)).application_date,
              "2025-11-03");
}

TEST(Xlsx, ReadsTimesAsMinutes) {
    const auto minutes = [](const std::string& serial, support::CellStyle style) {
        return only(read_entry("2025-11-03", "7", number_cell(serial, style))).minutes;
    };
    EXPECT_EQ(minutes("0.0625", support::time_of_day), "90");
    EXPECT_EQ(minutes("1.09375", support::elapsed), "1575");
    // A day with a time is no duration, and what is not whole minutes stays to be refused.
    EXPECT_EQ(minutes("1.09375", support::time_of_day), "1900-01-01 2:15");
    EXPECT_EQ(minutes("0.000694444444", support::time_of_day), "1");
    EXPECT_EQ(minutes("0.001", support::time_of_day), "0:01:26");
}

TEST(Xlsx, ReadsNumbersInTextsAsTheyAreShown) {
    const auto number = [](const std::string& cell) {
        return only(read_entry("2025-11-03", cell, "5")).basis_number;
    };
    EXPECT_EQ(number(number_cell("123")), "123");
    EXPECT_EQ(number(number_cell("1.23E+5")), "123000");
    EXPECT_EQ(number(number_cell("0.30000000000000004")), "0.3");
    EXPECT_EQ(number(number_cell("123", support::six_digits)), "000123");
    EXPECT_EQ(number("<c t='str'><f>A1</f><v>7-ж</v></c>"), "7-ж");
    EXPECT_EQ(number("<c t='b'><v>1</v></c>"), "yes");
}

TEST(Xlsx, RefusesCellsThatNoLongerSayWhatWasTyped) {
    const auto problem = [](const std::string& cell) {
        const auto sheet = read_entry("2025-11-03", cell, "5");
        EXPECT_THAT(sheet.rows, IsEmpty());
        return sheet.problems.empty() ? std::string() : sheet.problems.front();
    };
    EXPECT_THAT(problem(number_cell("45964", support::day)),
                HasSubstr("2 basis_number: D2 holds a day or a time, which Excel may"));
    EXPECT_THAT(problem(number_cell("1234567890123450000")),
                HasSubstr("D2 holds a number of more"));
    EXPECT_THAT(problem("<c t='e'><v>#REF!</v></c>"), HasSubstr("D2 holds an error"));
    EXPECT_THAT(problem("<c><f>A1+1</f></c>"), HasSubstr("D2 holds a formula without"));
    EXPECT_THAT(problem("<c><v>x</v></c>"), HasSubstr("D2 holds what is neither"));
    EXPECT_THAT(problem(support::text_cell(std::string(200'000, 'x'))),
                HasSubstr("D2 has more than 131072 bytes"));
}

TEST(Xlsx, JoinsRunsOfRichTextAndLeavesOutHowItIsPronounced) {
    const auto sheet = read_entries(
        entry("2025-11-03", "<c t='s'><v>1</v></c>", "5"),
        "<si><t>жоқ</t></si><si><r><t>№ 7</t></r><r><t xml:space='preserve'> / 2_x0041_</t></r>"
        "<rPh><t>қате</t></rPh></si>");

    EXPECT_EQ(only(sheet).basis_number, "№ 7 / 2A");
}

TEST(Xlsx, TakesBackTheGuardOfACsvThatWasSavedAsAWorkbook) {
    EXPECT_EQ(only(read_entry("2025-11-03", "'-7", "5")).basis_number, "-7");
}

TEST(Xlsx, KnowsEachColumnOfTheOfficialFormInBothLanguages) {
    for (const auto language : {store::Language::kk, store::Language::ru}) {
        const auto& columns = agent::form_texts(language).columns;
        std::string named;
        std::string counted;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            named += support::text_cell(columns.at(i));
            counted += number_cell(std::to_string(i + 1));
        }
        const auto sheet = read(xlsx_of({SheetXml{
            .xml = sheet_data(
                row_of({std::string(agent::form_texts(language).title)}) + "<row/><row>" + named +
                "</row><row>" + counted + "</row>" +
                row_of(
                    {number_cell("1"), number_cell("45964", support::day),
                     std::string(agent::basis_text(store::BasisType::court_resolution, language)) +
                         " № 7 от 01.11.2025, Суд",
                     "Мәні", std::string(agent::assistance_text(store::Form::court, language)),
                     "1 ч 30 мин", "қол"}))}}));

        const store::EntryTexts& row = only(sheet);
        EXPECT_EQ(sheet.rows[0].line, 5U);
        EXPECT_EQ(std::tie(row.application_date, row.recorded_date, row.basis_type,
                           row.basis_number, row.basis_date, row.basis_issuer),
                  std::make_tuple("2025-11-03", "2025-11-03", "court_resolution", "7", "2025-11-01",
                                  "Суд"));
        EXPECT_EQ(std::tie(row.essence, row.form, row.minutes),
                  std::make_tuple("Мәні", "court", "90"));
    }
}

TEST(Xlsx, KnowsAHeadingOfTwoRowsAndOneInTwoLanguages) {
    const std::string row = row_of({"2025-11-03", "соттың қаулысы № 7", "Мәні", "court", "5"});
    const std::string in_two = row_of({"Дата", "Реквизиты", "Суть", "Форма", "Продолжительность"}) +
                               row_of({"обращения лица", "документа", "правового вопроса",
                                       "оказанной помощи", "времени занятости"});
    const std::string in_both =
        row_of({"дата обращения", "реквизиты документа", "суть правового вопроса",
                "форма оказанной помощи", "продолжительность времени"}) +
        row_of({"жүгінген күні", "құжаттың атауы мен деректемелері", "құқықтық мәселенің мәні",
                "көмегінің нысаны", "жұмыс жасау уақытының ұзақтығы"});
    for (const std::string& above : {in_two, in_both})
        EXPECT_EQ(only(read(xlsx_of({SheetXml{.xml = sheet_data(above + row)}}))).basis_number,
                  "7");
}

TEST(Xlsx, KnowsTheNamesOfFieldsInWords) {
    const auto sheet = read(xlsx_of({SheetXml{
        .xml = sheet_data(row_of({"Дата обращения", "Дата внесения", "Основание", "Номер документа",
                                  "Дата документа", "Кем выдан документ", "Суть правового вопроса",
                                  "Форма помощи", "Минуты"}) +
                          entry("03.11.2025", "7", "5"))}}));

    EXPECT_EQ(only(sheet).basis_number, "7");
}

TEST(Xlsx, RefusesAHeadingThatIsNotKnown) {
    EXPECT_THAT(read(xlsx_of({SheetXml{.xml = sheet_data(row_of({"a", "b", "c", "d"}))}})).problems,
                ElementsAre(HasSubstr("1 row: has no heading that is known on the sheet Реестр")));
    EXPECT_THAT(read(xlsx_of({SheetXml{.xml = sheet_data(row_of(
                                           {"application_date", "essence", "form", "Ескерту"}))}}))
                    .problems,
                ElementsAre(HasSubstr("1 row: D1: unknown name in the heading")));
    EXPECT_THAT(
        read(
            xlsx_of({SheetXml{.xml = sheet_data(row_of({"application_date", "essence", "form"}))}}))
            .problems,
        testing::Contains(HasSubstr("1 minutes: missing from the header row")));
}

TEST(Xlsx, NamesACellBesideTheColumnsAndAColumnThreeOutOfShape) {
    EXPECT_THAT(read_entries("<row r='5'><c r='K5'><v>1</v></c></row>").problems,
                ElementsAre(HasSubstr("5 row: K5 holds something, but its column")));
    const auto sheet = read(xlsx_of({SheetXml{
        .xml = sheet_data(row_of({"дата обращения", "реквизиты документа", "суть правового вопроса",
                                  "форма оказанной", "продолжительность времени"}) +
                          row_of({"2025-11-03", "суд, 7", "Мәні", "court", "5"}))}}));
    EXPECT_THAT(sheet.problems, ElementsAre(HasSubstr("2 basis_type: B2 does not name the doc")));
}

TEST(Xlsx, RefusesACellOverSeveralRowsOfTheRegister) {
    const auto merged = [](const std::string& range) {
        return read(xlsx_of(
            {SheetXml{.xml = sheet_data(heading() + entry("2025-11-03", "1", "5")) +
                             "<mergeCells><mergeCell ref='" + range + "'/></mergeCells>"}}));
    };
    EXPECT_THAT(merged("I2:I3").problems, ElementsAre(HasSubstr("2 row: I2:I3 are one cell over")));
    EXPECT_THAT(merged("I2:I3").rows, IsEmpty());
    // Over columns, or in the heading, is as well.
    EXPECT_EQ(merged("I2:J2").rows.size(), 1U);
    EXPECT_EQ(merged("A1:B1").rows.size(), 1U);
}

TEST(Xlsx, SkipsBlankRowsAndBeginsAgain) {
    agent::XlsxRows rows(
        xlsx_of({SheetXml{.xml = sheet_data(heading() + "<row r='4'><c/></row>" + row_of({" "}) +
                                            entry("2025-11-03", "1", "5"))}}),
        {});
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(rows.lines_left(), 2U);
        const auto row = rows.next();
        ASSERT_TRUE(row && row->has_value());
        EXPECT_EQ((*row)->line, 6U);
        EXPECT_EQ(rows.lines_left(), 0U);
        EXPECT_FALSE(rows.next().has_value());
        rows.rewind();
    }
}

TEST(NumberFormat, TellsDaysAndTimesByTheirCode) {
    const struct {
        const char* code;
        Kind kind;
        bool beyond_a_day;
    } formats[] = {{"General", Kind::number, false},
                   {"0.00", Kind::number, false},
                   {"#,##0.00\\ \"дней\"", Kind::number, false},
                   {"[Red]0;[Blue]-0", Kind::number, false},
                   {"[$-F800]dddd, mmmm dd, yyyy", Kind::day, false},
                   {"mmm-yy", Kind::day, false},
                   {"mm", Kind::day, false},
                   {"h:mm AM/PM", Kind::time, false},
                   {"mm:ss.0", Kind::time, false},
                   {"[HH]:mm", Kind::time, true},
                   {"[mm]", Kind::time, true},
                   {"yyyy\\-mm\\-dd\\ hh:mm", Kind::day_and_time, false},
                   {"0;yyyy", Kind::number, false}};
    for (const auto& [code, kind, beyond_a_day] : formats) {
        EXPECT_EQ(agent::format_of(code).kind, kind) << code;
        EXPECT_EQ(agent::format_of(code).beyond_a_day, beyond_a_day) << code;
    }
    EXPECT_EQ(agent::built_in_format(14).kind, Kind::day);
    EXPECT_EQ(agent::built_in_format(22).kind, Kind::day_and_time);
    EXPECT_TRUE(agent::built_in_format(46).beyond_a_day);
    EXPECT_EQ(agent::built_in_format(49).kind, Kind::number);
}

TEST(BasisColumn, IsTakenApartAsItIsPrinted) {
    const auto parts = [](std::string_view text) {
        const auto column = agent::basis_column(text);
        return column ? std::vector<std::string>{column->type, column->number, column->date,
                                                 column->issuer}
                      : std::vector<std::string>{};
    };
    EXPECT_THAT(parts("постановление суда №\xc2\xa0"
                      "7-12/3 от 03.11.2025, Суд № 2, Алматы"),
                ElementsAre("постановление суда", "7-12/3", "03.11.2025", "Суд № 2, Алматы"));
    EXPECT_THAT(parts("соттың қаулысы №\xc2\xa0"
                      "7, 03.11.2025,\nСот"),
                ElementsAre("соттың қаулысы", "7", "03.11.2025", "Сот"));
    EXPECT_THAT(parts("заявление лица, № 5"), ElementsAre("заявление лица", "5", "", ""));
    EXPECT_THAT(parts("заявление лица № 5, Иванов"),
                ElementsAre("заявление лица", "5", "", "Иванов"));
    for (const char* const none : {"", "постановление суда 7", "№ 7", "билет № 7", "заявление №"})
        EXPECT_THAT(parts(none), IsEmpty()) << none;
}

TEST(SheetCells, NamesPlacesAsExcelDoes) {
    for (const auto& [column, name] :
         {std::pair{1U, "A9"}, {26U, "Z9"}, {27U, "AA9"}, {702U, "ZZ9"}, {16'384U, "XFD9"}}) {
        EXPECT_EQ(agent::cell_name(column, 9), name);
        const auto place = agent::place_of(name);
        ASSERT_TRUE(place.has_value());
        EXPECT_EQ(place->column, column);
        EXPECT_EQ(place->row, 9U);
    }
    for (const char* const none : {"", "A", "9", "A0", "a1", "XFE1", "A1048577", "A1x"})
        EXPECT_FALSE(agent::place_of(none).has_value()) << none;
}

}  // namespace
}  // namespace tizilim
