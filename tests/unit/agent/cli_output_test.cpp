#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/visible_stream.h"
#include "agent/documents/text_table.h"
#include "platform/text/visible.h"

#include <gtest/gtest.h>

#include <ios>
#include <ostream>
#include <sstream>
#include <string>

namespace tizilim {
namespace {

TEST(TextWidth, CountsLettersNotBytes) {
    EXPECT_EQ(agent::text_width("abc"), 3U);
    EXPECT_EQ(agent::text_width("Әңгіме"), 6U);
    EXPECT_EQ(agent::text_width("и\xCC\x86"), 1U);  // a combining breve
    EXPECT_EQ(agent::text_width("\xff\xd0"), 2U);   // no UTF-8
}

TEST(Shown, CutsAtALetter) {
    EXPECT_EQ(agent::shown("Тайна", 5), "Тайна");
    EXPECT_EQ(agent::shown("Тайна", 4), "Тай…");
}

TEST(Shown, KeepsCommandsFromTheTerminal) {
    EXPECT_EQ(agent::shown("a\x1b[2Jb\nc\xC2\x9B", 40), "a\\u001b[2Jb c\\u009b");
}

TEST(VisibleStream, ShowsWhatIsHiddenHoweverItIsCutUp) {
    const std::string text = "a\x1b[2J Т\xe2\x80\xae\xf3\xa0\x81\x81\xff\r\n\rb";
    std::ostringstream out;
    {
        agent::VisibleStream visible(out);
        for (const char c : text) visible << c;
    }
    EXPECT_EQ(out.str(), platform::visible(text));
}

TEST(VisibleStream, TellsOfAFullDisk) {
    std::ostringstream out;
    agent::VisibleStream visible(out);
    out.setstate(std::ios::badbit);

    EXPECT_FALSE(visible << "text" << std::flush);
}

TEST(Table, AlignsByLetters) {
    std::ostringstream out;

    agent::print_table(out, {{"No", agent::Align::right}, {"Мәні"}, {"X"}},
                       {{"1", "ұрлық", "a"}, {"12", "x", "b"}});

    EXPECT_EQ(out.str(), "No  Мәні   X\n 1  ұрлық  a\n12  x      b\n");
}

TEST(Table, BreaksItsLastColumnAtSpaces) {
    std::ostringstream out;

    agent::print_table(out, {{"No"}, {"Мәні"}}, {{"1", "бір екі үш төрт бес"}, {"2", "бір"}}, 20);

    EXPECT_EQ(out.str(), "No  Мәні\n1   бір екі үш төрт\n    бес\n2   бір\n");
}

TEST(InLines, BreaksNoWordAndLeavesWhatHasHardlyAnyRoom) {
    EXPECT_EQ(agent::in_lines("бір екі", 4, 100), "бір екі");
    EXPECT_EQ(agent::in_lines("a abcdefghijklmnopqrstuvwxyz b", 2, 20),
              "a\n  abcdefghijklmnopqrstuvwxyz\n  b");
    EXPECT_EQ(agent::in_lines("a b c d e f g h i j", 20, 30), "a b c d e f g h i j");
    EXPECT_EQ(agent::in_lines("", 2, 30), "");
}

TEST(ProgressBar, IsDrawnOnATerminalAndWipedAtTheEnd) {
    std::ostringstream out;
    {
        agent::ProgressBar bar(out, true);
        bar.show(1, 2);
    }
    EXPECT_NE(out.str().find("####################....................] 50 %"), std::string::npos);
    EXPECT_EQ(out.str().back(), '\r');
}

TEST(ProgressBar, IsSilentElsewhere) {
    std::ostringstream out;
    agent::ProgressBar(out, false).show(1, 2);

    EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace tizilim
