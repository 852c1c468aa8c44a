#include "platform/text/unicode.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace tizilim {
namespace {

using platform::invalid_utf8_at;
using platform::to_nfc;

TEST(Utf8, AcceptsEveryLengthAtItsBounds) {
    for (const std::string text :
         {"", "a", "\x7f", "\u0080", "\u07ff", "\u0800", "\xed\x9f\xbf", "\ue000", "\uffff",
          "\U00010000", "\U0010ffff", "Қазақстан Республикасы, әғқңөұүһі"}) {
        EXPECT_EQ(invalid_utf8_at(text), std::nullopt) << text;
    }
    EXPECT_EQ(invalid_utf8_at(std::string("a\0b", 3)), std::nullopt);
}

TEST(Utf8, TellsWhereItEnds) {
    const std::pair<std::string, std::size_t> samples[] = {
        {"\x80", 0},                   // a continuation alone
        {"abc\xff", 3},                // never a byte of UTF-8
        {"Қ\xc0\xaf", 2},              // overlong "/"
        {"\xc1\xbf", 0},               // overlong, two bytes
        {"a\xe0\x9f\xbf", 1},          // overlong, three bytes
        {"a\xf0\x8f\xbf\xbf", 1},      // overlong, four bytes
        {"\xed\xa0\x80", 0},           // U+D800
        {"ab\xed\xbf\xbf", 2},         // U+DFFF
        {"\xf4\x90\x80\x80", 0},       // U+110000
        {"\xf5\x80\x80\x80", 0},       // above all planes
        {"abcdefg\xd2", 7},            // truncated, two bytes
        {"abcdefgh\xe2\x82", 8},       // truncated, three bytes
        {"12345678\xf0\x9f\x98", 8},   // truncated, four bytes
        {"\xd2\x61", 0},               // a letter where a continuation belongs
        {"\xe2\x82\x61", 0},           // the same at the third byte
        {"\xf0\x9f\x98\x61", 0},       // the same at the fourth byte
        {"0123456789abcdef\xfe", 16},  // after whole words of ASCII
        {"0123456789abcde\xd2\x9a\xfe", 17}};

    for (const auto& [text, offset] : samples) {
        EXPECT_EQ(invalid_utf8_at(text), std::optional(offset)) << ::testing::PrintToString(text);
    }
}

TEST(Nfc, ComposesTheLettersOfRussianAndKazakh) {
    EXPECT_EQ(to_nfc("\u0438\u0306"), "\u0439");  // й
    EXPECT_EQ(to_nfc("\u0415\u0308"), "\u0401");  // Ё
    EXPECT_EQ(to_nfc("Ма\u0438\u0306"), "Май");
}

TEST(Nfc, LeavesKazakhLettersThatHaveNoParts) {
    const std::string letters = "ӘәҒғҚқҢңӨөҰұҮүҺһІі";

    EXPECT_EQ(to_nfc(letters), letters);
    EXPECT_EQ(to_nfc("\u043a\u0329"), "\u043a\u0329");  // looks like қ, has no composed form
}

// UAX #15, figures 3 to 5, and the rules that a naive composer gets wrong.
TEST(Nfc, FollowsUax15) {
    EXPECT_EQ(to_nfc("\u212b"), "\u00c5");  // a singleton
    EXPECT_EQ(to_nfc("\u2126"), "\u03a9");  // a singleton
    EXPECT_EQ(to_nfc("A\u030a"), "\u00c5");
    EXPECT_EQ(to_nfc("s\u0307\u0323"), "\u1e69");  // marks are ordered first
    EXPECT_EQ(to_nfc("d\u0323\u0307"), "\u1e0d\u0307");
    EXPECT_EQ(to_nfc("\u0958"), "\u0915\u093c");        // excluded from composition
    EXPECT_EQ(to_nfc("\ufb01"), "\ufb01");              // compatibility forms stay
    EXPECT_EQ(to_nfc("\u1100\u1161\u11a8"), "\uac01");  // Hangul
}

TEST(Nfc, KeepsAsciiAndZeroBytesAndIsStable) {
    const std::string text = std::string("a\0b", 3) + "\u0438\u0306\U0001f600";

    EXPECT_EQ(to_nfc(""), "");
    EXPECT_EQ(to_nfc(std::string("a\0b", 3)), std::string("a\0b", 3));
    EXPECT_EQ(to_nfc(text), std::string("a\0b", 3) + "\u0439\U0001f600");
    EXPECT_EQ(to_nfc(to_nfc(text)), to_nfc(text));
}

}  // namespace
}  // namespace tizilim
