#include "platform/text/visible.h"

#include "platform/text/unicode.h"

#include <gtest/gtest.h>

#include <string>

namespace tizilim {
namespace {

using platform::visible;

TEST(Visible, KeepsWhatAPersonWrites) {
    const std::string text = "Тайна, мәні: \"a\\b\"\n\tи\xcc\x86 — 5 № «x»\r\n";
    EXPECT_EQ(visible(text), text);
}

TEST(Visible, ShowsControlsAsJsonWritesThem) {
    EXPECT_EQ(visible("a\x1b[2J\x07\x7f\rb"), "a\\u001b[2J\\u0007\\u007f\\u000db");
    EXPECT_EQ(visible("\xc2\x9b"), "\\u009b");
    EXPECT_EQ(visible(std::string("\0", 1)), "\\u0000");
}

TEST(Visible, ShowsWhatTurnsTheDirectionOrTakesNoRoom) {
    EXPECT_EQ(visible("a\xe2\x80\xae\xe2\x81\xa6\xd8\x9c"), "a\\u202e\\u2066\\u061c");
    EXPECT_EQ(visible("\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf\xc2\xad"),
              "\\u200b\\u200d\\ufeff\\u00ad");
    EXPECT_EQ(visible("\xe3\x85\xa4\xef\xb8\x8f\xcd\x8f"), "\\u3164\\ufe0f\\u034f");
    EXPECT_EQ(visible("\xe2\x80\xa8"), "\\u2028");
    EXPECT_EQ(visible("\xf3\xa0\x81\x81"), "\\udb40\\udc41");
}

TEST(Visible, ReplacesEachByteThatIsNoUtf8) {
    EXPECT_EQ(visible("a\x9b\xd0"), "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(TrimmedText, TakesSpacesOfEveryKindFromBothEnds) {
    EXPECT_EQ(platform::trimmed_text("\xef\xbb\xbf \xc2\xa0\xe2\x80\x89\xe3\x80\x80\tТайна по делу "
                                     "\xe2\x80\xaf\xe2\x80\x8b\r\n"),
              "Тайна по делу");
    EXPECT_EQ(platform::trimmed_text("\xc2\xa0"), "");
    EXPECT_EQ(platform::trimmed_text("a \xc2\xa0 b"), "a \xc2\xa0 b");
}

TEST(TrimmedText, TakesByteOrderMarksOutOfTheMiddle) {
    EXPECT_EQ(platform::trimmed_text("Т\xef\xbb\xbf-1"), "Т-1");
}

TEST(TrimmedText, KeepsWhatIsNoUtf8) {
    EXPECT_EQ(platform::trimmed_text(" \xff "), "\xff");
}

}  // namespace
}  // namespace tizilim
