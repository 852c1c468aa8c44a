#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/say.h"
#include "agent/cli/terminal/two_columns.h"
#include "agent/cli/terminal/visible_stream.h"
#include "agent/documents/text_table.h"
#include "platform/text/visible.h"

#include <gtest/gtest.h>

#include <ios>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

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

TEST(InLines, BreaksNoCommand) {
    EXPECT_EQ(agent::in_lines("екі үш (`tizilim init --here`), төрт", 0, 20),
              "екі үш\n(`tizilim init --here`),\nтөрт");
    EXPECT_EQ(agent::in_lines("бір екі ` үш төрт бес алты", 0, 20), "бір екі ` үш төрт\nбес алты");
}

TEST(TableOrRows, NamesCellsBelowEachOtherWhereATableHasNoRoom) {
    std::istringstream in;
    std::ostringstream out;
    agent::Console console{.in = in, .out = out, .err = out, .out_is_terminal = true};
    const std::vector<agent::Column> columns{{"No", agent::Align::right}, {"Мәні"}, {"Соңы"}};
    const std::vector<std::vector<std::string>> rows{
        {"1", "бір екі үш төрт бес", "x"}, {"", "алты", "y"}, {"2", "", "z"}};

    console.size.columns = 30;
    agent::print_table_or_rows(console, columns, rows);
    EXPECT_EQ(out.str(),
              "No  Мәні                 Соңы\n 1  бір екі үш төрт бес  x\n"
              "    алты                 y\n 2                       z\n");

    out.str("");
    console.size.columns = 28;
    agent::print_table_or_rows(console, columns, rows);
    EXPECT_EQ(out.str(),
              "No                1\nМәні              бір екі үш төрт бес\nСоңы              x\n"
              "Мәні              алты\nСоңы              y\n"
              "\nNo                2\nСоңы              z\n");
}

/// What is printed of `text` to `out` and to `err`, where either is a terminal of 20 cells.
std::pair<std::string, std::string> said_at(bool out_is_terminal, bool err_is_terminal,
                                            const std::string& text) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const agent::Console console{.in = in,
                                 .out = out,
                                 .err = err,
                                 .progress = err_is_terminal,
                                 .out_is_terminal = out_is_terminal,
                                 .size = {.rows = 24, .columns = 20}};
    agent::say(console, text);
    agent::say_beside(console, text);
    return {out.str(), err.str()};
}

TEST(Say, BreaksLinesBetweenWordsAtATerminalAlone) {
    const std::string text = "бір екі үш төрт бес алты";
    const std::string whole = text + '\n';
    const std::string broken = "бір екі үш төрт бес\nалты\n";

    EXPECT_EQ(said_at(true, false, text), std::pair(broken, whole));
    EXPECT_EQ(said_at(false, true, text), std::pair(whole, broken));
}

TEST(Say, KeepsTheLinesOfAMessageAndGoesOnUnderTheirBeginning) {
    EXPECT_EQ(said_at(true, false, "\nбір:\n\n  екі үш төрт бес алты").first,
              "\nбір:\n\n  екі үш төрт бес\n  алты\n");
    EXPECT_EQ(said_at(true, false, "").first, "\n");
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
