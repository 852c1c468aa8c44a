#include "agent/documents/xlsx/xlsx.h"
#include "agent/documents/xlsx/zip_parts.h"
#include "platform/text/message.h"
#include "store/owner/import_rows.h"
#include "tests/support/xlsx_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim {
namespace {

using support::SheetXml;
using support::xlsx_of;
using support::xlsx_parts;
using support::zip_of;
using support::ZipPart;
using testing::HasSubstr;

/// What is said of a file of which nothing is read.
std::string refusal(const std::string& bytes, std::string_view sheet = {}) {
    agent::XlsxRows rows(bytes, sheet);
    const auto first = rows.next();
    if (!first || *first) return "read";
    EXPECT_FALSE(rows.next().has_value());
    EXPECT_EQ(rows.lines_left(), 0U);
    return first->error().error.field + ": " + platform::in_english(first->error().error.message);
}

std::string data(const std::string& rows) {
    return "<sheetData>" + rows + "</sheetData>";
}

const std::string kCell = support::row_of({"x"});

TEST(BadXlsx, IsNamedWhenItIsNoWorkbook) {
    EXPECT_THAT(refusal(""), HasSubstr("file: is no Excel workbook"));
    EXPECT_THAT(refusal("application_date,essence\n"), HasSubstr("is no Excel workbook"));
    EXPECT_THAT(refusal("%PDF-1.7"), HasSubstr("is a PDF"));
    EXPECT_THAT(refusal(zip_of({{"a.txt", "a"}})), HasSubstr("is a ZIP archive"));
    EXPECT_THAT(refusal(zip_of({{"xl/a.xml", "<a/>"}})), HasSubstr("is no Excel workbook"));
    EXPECT_THAT(refusal(std::string("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8)),
                HasSubstr("of an old kind (.xls)"));
}

TEST(BadXlsx, IsNamedWhenItHasAPassword) {
    std::string ole("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    for (const char c : std::string_view("EncryptedPackage")) ole.append({c, '\0'});
    EXPECT_THAT(refusal(ole), HasSubstr("is an Excel workbook with a password"));
    EXPECT_THAT(refusal(zip_of({{"xl/workbook.xml", "<a/>", false, 1}})),
                HasSubstr("with a password"));
}

TEST(BadXlsx, IsRefusedWhereverItIsCut) {
    const std::string whole = xlsx_of({SheetXml{.xml = data(kCell)}});
    ASSERT_THAT(refusal(whole), HasSubstr("has no heading"));
    for (std::size_t size = 0; size < whole.size(); size += 5) {
        const std::string said = refusal(whole.substr(0, size));
        EXPECT_NE(said, "read") << size;
        EXPECT_EQ(said.find("has no heading"), std::string::npos) << size;
    }
    EXPECT_THAT(refusal(whole.substr(0, whole.size() - 1)), HasSubstr("cut off or damaged"));
}

TEST(BadXlsx, IsRefusedWhenAByteOfAPartIsAnother) {
    std::string bytes = zip_of(xlsx_parts({SheetXml{.xml = data(kCell)}}));
    const std::size_t at = bytes.find("<x:workbook ");
    ASSERT_NE(at, std::string::npos);
    bytes[at + 3] = 'v';
    EXPECT_THAT(refusal(bytes), HasSubstr("with a damaged part, xl/workbook.xml"));
}

TEST(BadXlsx, IsNeverInflatedBeyondItsBounds) {
    const auto with_sheet = [](ZipPart sheet) {
        auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
        parts.front() = std::move(sheet);
        return zip_of(parts);
    };
    const std::string name = "xl/worksheets/r0.xml";
    const std::string zeros(std::size_t{4} << 20U, '0');
    EXPECT_THAT(refusal(with_sheet({name, zeros, true})),
                HasSubstr("packs its part xl/worksheets/r0.xml more than 200 times"));
    EXPECT_THAT(refusal(with_sheet({name, zeros, true, 0, 1000})),
                HasSubstr("with a damaged part"));
    EXPECT_THAT(refusal(with_sheet({name, "<a/>", false, 0, 1000})),
                HasSubstr("with a damaged part"));
    std::string mixed;
    std::uint32_t state = 1;
    while (mixed.size() < std::size_t{1} << 20U) {
        state = state * 1'664'525U + 1'013'904'223U;
        mixed += static_cast<char>('a' + (state >> 28U));
    }
    EXPECT_THAT(refusal(with_sheet({name, mixed, true, 0, 70U << 20U})),
                HasSubstr("unpacks to more than 64 MiB"));
}

TEST(BadXlsx, HasNoMorePartsThanItMay) {
    auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
    for (std::size_t i = 0; i < agent::kZipPartsMax; ++i)
        parts.push_back({"xl/media/" + std::to_string(i), ""});
    EXPECT_THAT(refusal(zip_of(parts)), HasSubstr("more than 1000 parts"));
}

TEST(BadXlsx, HasNoPartThatLeadsOutOfIt) {
    for (const std::string name :
         {"../evil.xml", "xl/../../evil", "/etc/passwd", "xl\\evil.xml", "C:evil", "", "\xff"}) {
        auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
        parts.push_back({name, "x"});
        EXPECT_THAT(refusal(zip_of(parts)), HasSubstr("whose name leads out of it")) << name;
    }
}

TEST(BadXlsx, HasNoPartTwice) {
    auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
    parts.push_back({"XL/Styles.xml", "<styleSheet/>"});
    EXPECT_THAT(refusal(zip_of(parts)), HasSubstr("with a damaged part, XL/Styles.xml"));
}

TEST(BadXlsx, HasNoDocumentType) {
    for (const std::string xml :
         {"<!DOCTYPE worksheet SYSTEM 'file:///etc/passwd'><worksheet/>",
          "<!DOCTYPE w [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><worksheet>&b;</worksheet>"}) {
        auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
        parts.front().text = xml;
        EXPECT_THAT(refusal(zip_of(parts)), HasSubstr("has a document type in its part"));
    }
}

TEST(BadXlsx, IsWellFormedInEachPart) {
    for (std::size_t i = 0; i < xlsx_parts({SheetXml{}}).size(); ++i) {
        auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
        parts[i].text += "<";
        EXPECT_THAT(refusal(zip_of(parts)), HasSubstr("with a damaged part, " + parts[i].name));
    }
}

TEST(BadXlsx, SaysWhichSheetsThereAreWhenSeveralHoldData) {
    const std::string bytes = xlsx_of({SheetXml{.name = "2024", .xml = data(kCell)},
                                       SheetXml{.name = "бос", .xml = data("<row/>")},
                                       SheetXml{.name = "2025", .xml = data(kCell)}});
    EXPECT_THAT(refusal(bytes), HasSubstr("which one is the register: 2024, 2025"));
    EXPECT_THAT(refusal(bytes, "2025"), HasSubstr("no heading that is known on the sheet 2025"));
    EXPECT_THAT(refusal(bytes, "2026"), HasSubstr("has no sheet 2026; there are: 2024, бос, 2025"));
    EXPECT_THAT(refusal(bytes, "бос"), HasSubstr("has nothing on the sheet бос"));
    EXPECT_THAT(refusal(xlsx_of({SheetXml{.xml = data("")}})),
                HasSubstr("in which no sheet holds anything"));
}

TEST(BadXlsx, LooksAtNoHiddenSheetThatIsNotAskedFor) {
    const std::string bytes =
        xlsx_of({SheetXml{.name = "lists", .xml = data(kCell), .state = "hidden"},
                 SheetXml{.name = "2025", .xml = data(kCell)}});
    EXPECT_THAT(refusal(bytes), HasSubstr("on the sheet 2025"));
    EXPECT_THAT(refusal(bytes, "lists"), HasSubstr("on the sheet lists"));
}

TEST(BadXlsx, HasNoMoreRowsAndColumnsThanItMay) {
    std::string rows;
    for (std::uint64_t i = 0; i < store::kImportRowsMax + 300; ++i)
        rows += "<row><c><v>1</v></c></row>";
    EXPECT_THAT(refusal(xlsx_of({SheetXml{.xml = data(rows)}})),
                HasSubstr("more than the 20000 rows"));
    EXPECT_THAT(refusal(xlsx_of({SheetXml{.xml = data("<row><c r='XFD1'><v>1</v></c></row>")}})),
                HasSubstr("has more than 100 columns: XFD1"));
}

TEST(BadXlsx, HasRowsAndCellsInOrder) {
    for (const char* const rows :
         {"<row r='2'><c><v>1</v></c></row><row r='1'/>", "<row><c r='B1'/><c r='A1'/></row>",
          "<c><v>1</v></c>", "<row r='1'><c r='A2'/></row>", "<row r='1048577'/>"})
        EXPECT_THAT(refusal(xlsx_of({SheetXml{.xml = data(rows)}})),
                    HasSubstr("with a damaged part, xl/worksheets/r0.xml"))
            << rows;
}

TEST(BadXlsx, IsABinaryWorkbook) {
    auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
    for (ZipPart& part : parts)
        if (part.name == "_rels/.rels")
            part.text.replace(part.text.find("workbook.xml"), 12, "workbook.bin");
    EXPECT_THAT(refusal(zip_of(parts)), HasSubstr("a binary Excel workbook (.xlsb)"));
}

TEST(BadXlsx, WithMacrosIsReadWithoutThem) {
    auto parts = xlsx_parts({SheetXml{.xml = data(kCell)}});
    parts.push_back({"xl/vbaProject.bin", "macro"});
    EXPECT_THAT(refusal(zip_of(parts)), HasSubstr("has no heading that is known"));
}

}  // namespace
}  // namespace tizilim
