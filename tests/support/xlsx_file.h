#pragma once

#include "platform/text/gzip.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

/// A part of an archive, as it should be or with a lie in its directory.
struct ZipPart {
    std::string name;
    std::string text;
    bool deflated = false;
    std::uint16_t flags = 0;
    std::optional<std::uint32_t> said_size{};
};

inline std::string zip_of(const std::vector<ZipPart>& parts) {
    const auto number = [](std::uint64_t value, std::size_t bytes) {
        std::string little;
        for (std::size_t i = 0; i < bytes; ++i)
            little += static_cast<char>(value >> (8 * i) & 0xFFU);
        return little;
    };
    constexpr std::size_t kGzipHead = 10;
    constexpr std::size_t kGzipTail = 8;
    std::string archive;
    std::string directory;
    for (const ZipPart& part : parts) {
        std::string packed = part.text;
        if (part.deflated) {
            packed = platform::gzip(part.text);
            packed = packed.substr(kGzipHead, packed.size() - kGzipHead - kGzipTail);
        }
        const std::string common =
            number(20, 2) + number(part.flags, 2) + number(part.deflated ? 8 : 0, 2) +
            number(0, 4) + number(platform::crc32_of(part.text), 4) + number(packed.size(), 4) +
            number(part.said_size.value_or(static_cast<std::uint32_t>(part.text.size())), 4) +
            number(part.name.size(), 2) + number(0, 2);
        directory += "PK\x01\x02" + number(20, 2) + common + std::string(10, '\0') +
                     number(archive.size(), 4) + part.name;
        archive += "PK\x03\x04" + common + part.name + packed;
    }
    return archive + directory + "PK\x05\x06" + number(0, 4) + number(parts.size(), 2) +
           number(parts.size(), 2) + number(directory.size(), 4) + number(archive.size(), 4) +
           number(0, 2);
}

/// What stands in <worksheet>, and how the workbook has it.
struct SheetXml {
    std::string name = "Реестр";
    std::string xml;
    std::string state{};
};

/// Styles of cells in the workbooks that are made here.
enum CellStyle : std::uint8_t { plain, day, time_of_day, elapsed, six_digits, own_day };

inline std::vector<ZipPart> xlsx_parts(const std::vector<SheetXml>& sheets,
                                       const std::string& shared = {}, bool since_1904 = false) {
    constexpr std::string_view kType =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    const auto relation = [&](const std::string& id, const std::string& kind,
                              const std::string& target) {
        return "<Relationship Id='" + id + "' Type='" + std::string(kType) + kind + "' Target='" +
               target + "'/>";
    };
    std::string listed;
    std::string relations = relation("s", "styles", "styles.xml") +
                            relation("t", "sharedStrings", "/xl/sharedStrings.xml");
    std::vector<ZipPart> parts;
    for (const SheetXml& sheet : sheets) {
        const std::string id = "r" + std::to_string(parts.size());
        listed += "<sheet name='" + sheet.name + "' sheetId='1' state='" + sheet.state +
                  "' r:id='" + id + "'/>";
        relations += relation(id, "worksheet", "worksheets/" + id + ".xml");
        parts.push_back(
            {"xl/worksheets/" + id + ".xml", "<worksheet>" + sheet.xml + "</worksheet>", true});
    }
    parts.push_back({"_rels/.rels", "<Relationships>" +
                                        relation("b", "officeDocument", "xl/workbook.xml") +
                                        "</Relationships>"});
    parts.push_back(
        {"xl/workbook.xml", "<x:workbook xmlns:x='x' xmlns:r='r'><x:workbookPr date1904='" +
                                std::string(since_1904 ? "1" : "0") + "'/><sheets>" + listed +
                                "</sheets></x:workbook>"});
    parts.push_back(
        {"xl/_rels/workbook.xml.rels", "<Relationships>" + relations + "</Relationships>"});
    parts.push_back({"xl/sharedStrings.xml", "<sst>" + shared + "</sst>"});
    parts.push_back(
        {"xl/styles.xml",
         "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='[h]:mm'/>"
         "<numFmt numFmtId='165' formatCode='000000'/>"
         "<numFmt numFmtId='166' formatCode='[$-419]dd\\.mm\\.yyyy\\ &quot;ж.&quot;;@'/></numFmts>"
         "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/>"
         "<xf numFmtId='14'/><xf numFmtId='20'/><xf numFmtId='164'/><xf numFmtId='165'/>"
         "<xf numFmtId='166'/></cellXfs></styleSheet>"});
    return parts;
}

inline std::string xlsx_of(const std::vector<SheetXml>& sheets, const std::string& shared = {},
                           bool since_1904 = false) {
    return zip_of(xlsx_parts(sheets, shared, since_1904));
}

inline std::string text_cell(std::string_view text) {
    return "<c t='inlineStr'><is><t>" + std::string(text) + "</t></is></c>";
}
inline std::string number_cell(std::string_view number, CellStyle style = plain) {
    return "<c s='" + std::to_string(static_cast<int>(style)) + "'><v>" + std::string(number) +
           "</v></c>";
}
inline std::string row_of(std::initializer_list<std::string> cells) {
    std::string row = "<row>";
    for (const std::string& cell : cells) row += cell.starts_with("<c") ? cell : text_cell(cell);
    return row + "</row>";
}

}  // namespace tizilim::support
