#include "agent/cli/cli.h"
#include "agent/documents/text_table.h"
#include "platform/process/terminal.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/other_computer.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// `tizilim list`, at a terminal and elsewhere.
class ListCommand : public testing::Test {
protected:
    void add(int count) {
        for (int i = 0; i < count; ++i)
            ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    }
    [[nodiscard]] Ran run(std::vector<std::string> arguments) const {
        return support::run_command(config_, std::move(arguments));
    }
    /// At a terminal where the person types `answers`, and then closes it.
    Ran run_on_terminal(std::vector<std::string> arguments, std::vector<std::string> answers) {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        agent::Console console{.in = in, .out = out, .err = err, .out_is_terminal = true};
        console.size = size_;
        console.ask = [&](std::string_view question) -> std::optional<std::string> {
            const std::string shown = out.str();
            lines_when_asked_.push_back(
                static_cast<std::size_t>(std::count(shown.begin(), shown.end(), '\n')));
            questions_.emplace_back(question);
            if (answers.empty()) return {};
            std::string answer = answers.front();
            answers.erase(answers.begin());
            return answer;
        };
        arguments.insert(arguments.begin(), {"--config", config_.string()});
        const int code = agent::run_cli(std::move(arguments), console, support::no_environment);
        return {.code = code, .out = out.str(), .err = err.str()};
    }
    /// The numbers of a list, as they stand.
    static std::vector<int> numbers_in(const std::string& list) {
        std::vector<int> numbers;
        std::istringstream lines(list);
        for (std::string line; std::getline(lines, line);) {
            int number = 0;
            if (std::istringstream(line) >> number) numbers.push_back(number);
        }
        return numbers;
    }

    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
    platform::TerminalSize size_{.rows = 100, .columns = 300};
    std::vector<std::string> questions_;
    std::vector<std::size_t> lines_when_asked_;
};

TEST_F(ListCommand, ShowsTheNewestFirstOnATerminalAlone) {
    add(3);

    EXPECT_THAT(numbers_in(run_on_terminal({"list"}, {}).out), ElementsAre(3, 2, 1));
    EXPECT_THAT(numbers_in(run({"list"}).out), ElementsAre(1, 2, 3));
    EXPECT_THAT(questions_, IsEmpty());
    EXPECT_EQ(run_on_terminal({"list", "--json"}, {}).out, run({"list", "--json"}).out);
}

TEST_F(ListCommand, TakesTheOrderThatIsAskedFor) {
    add(3);

    EXPECT_THAT(numbers_in(run_on_terminal({"list", "--first", "2"}, {}).out), ElementsAre(2, 3));
    EXPECT_THAT(numbers_in(run_on_terminal({"list", "--order", "oldest"}, {}).out),
                ElementsAre(1, 2, 3));
    EXPECT_THAT(numbers_in(run({"list", "--order", "newest", "--first", "2"}).out),
                ElementsAre(2, 1));
}

TEST_F(ListCommand, AsksAfterEachScreenful) {
    add(12);
    size_.rows = 6;

    const Ran ran = run_on_terminal({"list"}, {"", "", "", "", ""});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(numbers_in(ran.out), ElementsAre(12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
    ASSERT_THAT(lines_when_asked_, ElementsAre(5, 10));
    EXPECT_THAT(questions_.front(), HasSubstr("`q`: end"));
}

TEST_F(ListCommand, EndsWhereThePersonHasSeenEnough) {
    add(12);
    size_.rows = 6;

    for (const char* const enough : {"q", "Q", "й"})
        EXPECT_THAT(numbers_in(run_on_terminal({"list"}, {enough}).out), ElementsAre(12, 11, 10, 9))
            << enough;
    EXPECT_THAT(numbers_in(run_on_terminal({"list"}, {}).out), ElementsAre(12, 11, 10, 9));
    static_cast<void>(run_on_terminal({"list", "--language", "ru"}, {}));
    ASSERT_FALSE(questions_.empty());
    EXPECT_EQ(questions_.back(), "Enter — дальше, `q` — конец ");
    static_cast<void>(run_on_terminal({"list", "--language", "kk"}, {}));
    EXPECT_EQ(questions_.back(), "Enter — әрі қарай, `q` — аяқтау ");
}

TEST_F(ListCommand, CountsTheRowsThatALongLineTakes) {
    add(6);
    size_ = {.rows = 10, .columns = 20};

    static_cast<void>(run_on_terminal({"list"}, {"q"}));

    // The title takes two rows, and so does each entry's first line.
    EXPECT_THAT(lines_when_asked_, ElementsAre(5));
}

TEST_F(ListCommand, TakesTwoLinesAnEntryWhereATableHasNoRoom) {
    support::OtherComputer other(agent_);
    static_cast<void>(other.dispute_minutes());
    size_.columns = 80;

    EXPECT_THAT(run_on_terminal({"list"}, {}).out,
                AllOf(HasSubstr("No  Date        Min  Essence\n 1  02.11.2026  "),
                      HasSubstr("\n    recorded, in conflict; ")));
    for (const std::string language : {"en", "ru", "kk"})
        for (const auto& command : {"list", "books"}) {
            std::istringstream lines(run_on_terminal({command, "--language", language}, {}).out);
            for (std::string line; std::getline(lines, line);)
                EXPECT_LE(agent::text_width(line), 80U) << line;
        }
    EXPECT_THAT(run_on_terminal({"list", "--search", "Тайна"}, {}).out,
                HasSubstr("Тайна\n    recorded, in conflict; "));
    EXPECT_THAT(run({"list"}).out, Not(HasSubstr("\n    ")));
}

TEST_F(ListCommand, SaysOnATerminalThatThereIsNone) {
    EXPECT_EQ(run_on_terminal({"list"}, {}).out, "There are no such entries.\n");
    EXPECT_EQ(run_on_terminal({"list", "--language", "ru"}, {}).out, "Таких записей нет.\n");
    EXPECT_THAT(run({"list"}).out, HasSubstr("No  Date  Basis"));
}

TEST_F(ListCommand, GoesOnBeyondWhatTheDaemonGivesAtOnce) {
    add(103);
    size_.rows = 80;

    const Ran ran = run_on_terminal({"list"}, {"", ""});

    EXPECT_EQ(numbers_in(ran.out).size(), 103U);
    EXPECT_EQ(numbers_in(ran.out).back(), 1);
}

TEST_F(ListCommand, SaysHowToGoOn) {
    add(5);

    EXPECT_THAT(run_on_terminal({"list", "--limit", "2"}, {}).err,
                HasSubstr("tizilim list --order newest --first 3`\n"));
    EXPECT_THAT(run({"list", "--limit", "2"}).err, HasSubstr("tizilim list --first 3`\n"));
}

TEST_F(ListCommand, GoesOnInAStateAsItSays) {
    add(3);
    const std::string said = run({"list", "--state", "pending", "--limit", "1"}).err;
    const std::string flag = "--first ";
    const std::string first =
        said.substr(said.find(flag) + flag.size(), said.find(" --state") - said.find(flag) - 8);

    const Ran ran = run({"list", "--state", "pending", "--first", first});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(numbers_in(ran.out), ElementsAre(2, 3));
    EXPECT_THAT(run({"quarantine", "--first", first}).err, IsEmpty());
}

TEST_F(ListCommand, MarksWhatWasChangedDifferently) {
    support::OtherComputer other(agent_);
    static_cast<void>(other.dispute_minutes());

    EXPECT_THAT(run({"list"}).out, HasSubstr("recorded, in conflict"));
    EXPECT_THAT(run({"list", "--language", "ru"}).out, HasSubstr("внесена, есть расхождение"));
    EXPECT_THAT(run({"list", "--language", "kk"}).out, HasSubstr(", қайшылық бар"));
}

TEST_F(ListCommand, SaysWhereOtherEntriesAre) {
    add(2);
    EXPECT_EQ(run({"list"}).err, "");
    const std::string old_book = agent_.registry().book().label;
    agent_.registry().begin_new_book();
    support::OtherComputer other(agent_);
    static_cast<void>(other.add());

    EXPECT_EQ(run({"list"}).err, "2 entries of other books: `tizilim list --book " + old_book +
                                     "`\n1 entry of your other computers: `tizilim list "
                                     "--pulled`\n");
    EXPECT_THAT(run({"list", "--language", "ru"}).err,
                AllOf(HasSubstr("2 записи из других книг: "),
                      HasSubstr("1 запись с других ваших компьютеров: ")));
    EXPECT_THAT(run({"list", "--language", "kk"}).err,
                AllOf(HasSubstr("Басқа кітаптарда 2 жазба бар: "),
                      HasSubstr("Басқа компьютерлеріңізден 1 жазба бар: ")));
    EXPECT_EQ(run({"list", "--book", old_book}).err, "");
    EXPECT_EQ(run({"list", "--pulled"}).err, "");
    EXPECT_THAT(run({"list", "--json"}).err, IsEmpty());
}

TEST_F(ListCommand, NamesNoBookWhereThereAreSeveral) {
    add(1);
    agent_.registry().begin_new_book();
    add(1);
    agent_.registry().begin_new_book();

    EXPECT_EQ(run({"list"}).err, "2 entries of other books: `tizilim books`\n");
}

}  // namespace
}  // namespace tizilim
