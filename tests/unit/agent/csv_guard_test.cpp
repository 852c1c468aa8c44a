#include "agent/documents/csv/csv_guard.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using agent::csv_field;
using agent::guarded;
using agent::unguarded;

TEST(CsvGuard, StopsWhatWouldRunAsAFormula) {
    EXPECT_EQ(guarded("=1+1"), "'=1+1");
    EXPECT_EQ(guarded("+7 701"), "'+7 701");
    EXPECT_EQ(guarded("-5"), "'-5");
    EXPECT_EQ(guarded("@SUM(1)"), "'@SUM(1)");
    EXPECT_EQ(guarded("\t=1"), "'\t'=1");
    EXPECT_EQ(guarded("\rx"), "'\rx");
}

TEST(CsvGuard, StopsFormulasAfterASeparatorThatAProgramMaySplitBy) {
    EXPECT_EQ(guarded("a;=1"), "a;'=1");
    EXPECT_EQ(guarded("a;\"=1\""), "a;'\"=1\"");
    EXPECT_EQ(guarded("list:\n- one\r\n- two"), "list:\n'- one\r\n'- two");
}

TEST(CsvGuard, LeavesOtherTextsAlone) {
    for (const char* const text : {"", "'", "''", "it's", "'quoted'", "a-b", "a\n\nb", "№ 5; 6"}) {
        EXPECT_EQ(guarded(text), text);
        EXPECT_EQ(unguarded(text), text);
    }
}

TEST(CsvGuard, MarksWhatLooksMarkedOnceMore) {
    EXPECT_EQ(guarded("'=1"), "''=1");
    EXPECT_EQ(unguarded("''=1"), "'=1");
    EXPECT_EQ(unguarded("'=1"), "=1");
    EXPECT_EQ(unguarded("=1"), "=1");
}

TEST(CsvGuard, IsUndoneExactlyForAnyText) {
    constexpr std::array<std::string_view, 14> kPieces{"=", "+", "-",  "@",  "'",  "\"", ";",
                                                       ",", "a", "\t", "\r", "\n", "Ә",  " "};
    std::mt19937 random(20261122);
    for (int round = 0; round < 50'000; ++round) {
        std::string text;
        for (std::size_t left = random() % 9; left > 0; --left)
            text += kPieces[random() % kPieces.size()];

        ASSERT_EQ(unguarded(guarded(text)), text);
    }
}

TEST(CsvGuard, LeavesNothingThatAProgramWouldRun) {
    constexpr std::array<std::string_view, 9> kPieces{"=",  "-",  "'", "\"", ";",
                                                      "\t", "\n", "a", "@"};
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (std::size_t left = random() % 9; left > 0; --left)
            text += kPieces[random() % kPieces.size()];

        const std::string safe = guarded(text);

        for (std::size_t at = 0; at < safe.size(); ++at) {
            const bool starts =
                at == 0 || std::string_view(";\t\r\n").find(safe[at - 1]) != std::string_view::npos;
            const bool runs = std::string_view("=+-@").find(safe[at]) != std::string_view::npos;
            ASSERT_FALSE(starts && runs) << safe;
        }
    }
}

TEST(CsvField, IsQuotedWhereItMustBe) {
    EXPECT_EQ(csv_field("a b"), "a b");
    EXPECT_EQ(csv_field(""), "");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("a;b"), "\"a;b\"");
    EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
    EXPECT_EQ(csv_field("=1\r\n2"), "\"'=1\r\n2\"");
}

}  // namespace
}  // namespace tizilim
