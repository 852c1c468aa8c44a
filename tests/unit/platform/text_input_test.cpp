#include "platform/text/text_input.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using platform::ByteKind;
using platform::read_text;

/// `text` of code points below U+10000, of one or two bytes of UTF-8.
std::string utf16(std::string_view text, bool little) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned unit = static_cast<unsigned char>(text[i]);
        if (unit >= 0xc0)
            unit = (unit & 0x1fU) << 6U | (static_cast<unsigned char>(text[++i]) & 0x3fU);
        const char low = static_cast<char>(unit & 0xffU);
        const char high = static_cast<char>(unit >> 8U);
        bytes += little ? low : high;
        bytes += little ? high : low;
    }
    return bytes;
}

TEST(TextInput, ReadsUtf8WithAndWithoutAMark) {
    EXPECT_EQ(*read_text("Тайна"), "Тайна");
    EXPECT_EQ(*read_text("\xef\xbb\xbfТайна"), "Тайна");
    EXPECT_EQ(*read_text(""), "");
}

TEST(TextInput, ReadsUtf16ByItsMark) {
    EXPECT_EQ(*read_text("\xff\xfe" + utf16("Тайна, 5", true)), "Тайна, 5");
    EXPECT_EQ(*read_text("\xfe\xff" + utf16("Тайна, 5", false)), "Тайна, 5");
    EXPECT_EQ(read_text("\xff\xfe\x22").error().kind, ByteKind::cut_utf16);
}

TEST(TextInput, NamesOtherEncodings) {
    EXPECT_EQ(read_text(utf16("essence,Тайна\n", true)).error().kind, ByteKind::unmarked_utf16);
    EXPECT_EQ(read_text(utf16("essence,Тайна\n", false)).error().kind, ByteKind::unmarked_utf16);
    const auto cyrillic = read_text("a,\xd2\xe0\xe9\xed\xe0\n");
    EXPECT_EQ(cyrillic.error().kind, ByteKind::windows_1251);
    EXPECT_EQ(cyrillic.error().at, 2U);
    EXPECT_EQ(read_text("a\x80\x81\x82").error().kind, ByteKind::unknown);
}

TEST(TextInput, NamesSpreadsheetsByWhatIsInThem) {
    const std::string archive = "PK\x03\x04 some names ";
    EXPECT_EQ(read_text(archive + "xl/workbook.xml").error().kind, ByteKind::excel);
    EXPECT_EQ(
        read_text(archive + "mimetypeapplication/vnd.oasis.opendocument.spreadsheet").error().kind,
        ByteKind::open_document);
    EXPECT_EQ(read_text(archive + "a.csv").error().kind, ByteKind::archive);
    EXPECT_EQ(read_text("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...").error().kind, ByteKind::old_excel);
    EXPECT_EQ(read_text("%PDF-1.7").error().kind, ByteKind::pdf);
}

TEST(TextInput, LeavesASecretThatIsNoTextAsItIs) {
    EXPECT_EQ(platform::text_or_bytes("\xef\xbb\xbfsecret\n"), "secret\n");
    EXPECT_EQ(platform::text_or_bytes("\xd2\xe0"), "\xd2\xe0");
}

}  // namespace
}  // namespace tizilim
