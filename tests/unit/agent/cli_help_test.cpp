#include "agent/cli/cli.h"
#include "agent/documents/text_table.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandHelp : public testing::Test {
protected:
    [[nodiscard]] support::Ran run(std::vector<std::string> arguments,
                                   const std::string& input = "") const {
        return support::run_command(config_, std::move(arguments), input);
    }

    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
};

TEST_F(CommandHelp, AsksWhetherAnotherCommandWasMeant) {
    const support::Ran ran = run({"lst"});

    EXPECT_EQ(ran.code, agent::usage);
    EXPECT_EQ(ran.err, "tizilim: there is no command lst: did you mean `tizilim list`?\n");
    EXPECT_THAT(run({"destroy"}).err, HasSubstr("`tizilim --help` lists them"));
    EXPECT_THAT(run({"--json", "lst"}).out, HasSubstr("did you mean `tizilim list`?"));
}

TEST_F(CommandHelp, AsksWhetherAnotherFlagWasMeant) {
    const support::Ran ran = run({"add", "--basis-nubmer", "1"});

    EXPECT_EQ(ran.code, agent::usage);
    EXPECT_EQ(ran.err,
              "tizilim: there is no flag --basis-nubmer: did you mean `--basis-number`?\n");
    EXPECT_THAT(run({"init", "--new-bok"}).err, HasSubstr("`--new-book`"));
    EXPECT_THAT(run({"add", "--no-minr"}).err, HasSubstr("`--no-minor`"));
}

TEST_F(CommandHelp, LeavesOtherFaultsToTheParser) {
    EXPECT_THAT(run({"amend", "1", "--minutes", "5"}).err, HasSubstr("--reason is required"));
    EXPECT_THAT(run({"list", "--limit", "x"}).err, HasSubstr("--limit"));
}

/// At a terminal of 50 cells; what was asked is in `err`.
Ran run_at_narrow_terminal(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    agent::Console console{.in = in, .out = out, .err = err, .progress = true};
    console.out_is_terminal = true;
    console.size.columns = 50;
    console.ask = [&](std::string_view question) {
        err << question << '\n';
        return std::optional<std::string>();
    };
    const int code = agent::run_cli(std::move(arguments), console, support::no_environment);
    return {.code = code, .out = out.str(), .err = err.str()};
}

TEST_F(CommandHelp, FitsANarrowTerminal) {
    for (const std::string command : {"status", "books", "restore", "sign"}) {
        std::istringstream help(run_at_narrow_terminal({command, "--help"}).out);
        for (std::string line; std::getline(help, line);)
            EXPECT_LE(agent::text_width(line), 50U) << line;
    }
}

TEST_F(CommandHelp, ErrorsAndQuestionsAreBrokenBetweenWordsAtATerminal) {
    EXPECT_EQ(run_at_narrow_terminal({"destroy"}).err,
              "tizilim: there is no command destroy;\n`tizilim --help` lists them\n");
    EXPECT_THAT(
        run_at_narrow_terminal({"--config", config_.string(), "conflicts", "--drop-foreign"}).err,
        StartsWith("What others wrote at the unified system of no\nentry of this register"));
}

TEST_F(CommandHelp, FitsAnOrdinaryTerminal) {
    for (const std::string language : {"kk", "ru", "en"})
        for (const std::string command :
             {"--json", "add", "list", "restore", "sign", "resolve", "print", "import"}) {
            std::istringstream help(run({command, "--language", language, "--help"}).out);
            for (std::string line; std::getline(help, line);)
                EXPECT_LE(agent::text_width(line), 80U) << line;
        }
}

TEST_F(CommandHelp, PrintsTheVersionByAFlag) {
    const support::Ran ran = run({"--version"});

    EXPECT_EQ(ran.code, agent::done);
    EXPECT_EQ(ran.out, run({"version"}).out);
}

TEST_F(CommandHelp, SaysMissingOfWhatIsMissingAndNamesTheFlag) {
    const support::Ran ran = run({"add"});

    EXPECT_EQ(ran.code, agent::refused);
    for (const char* const flag : {"--basis", "--form", "--minutes", "--essence"})
        EXPECT_THAT(ran.err, HasSubstr("  " + std::string(flag) + ": is missing")) << flag;
    EXPECT_THAT(ran.err, Not(HasSubstr("unknown")));
    EXPECT_THAT(run({"add", "--basis", "x"}).err,
                HasSubstr("  --basis: is no basis that is known"));
}

TEST_F(CommandHelp, NamesTheColumnWhereThatWasTyped) {
    EXPECT_THAT(
        run({"add", "--from-stdin"}, "{\"minutes\":0}").err,
        AllOf(HasSubstr("  minutes: must be above 0"), HasSubstr("  basis_type: is missing")));
}

TEST_F(CommandHelp, SaysWhichNumbersThereAre) {
    EXPECT_THAT(run({"show", "1"}).err, HasSubstr("no entry number 1; it is empty yet"));
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    EXPECT_THAT(run({"show", "7"}).err, HasSubstr("its numbers go from 1 to 1"));
    EXPECT_THAT(run({"show", "x"}).err, HasSubstr("names no entry; use a number"));
}

TEST_F(CommandHelp, TakesJsonWithAByteOrderMark) {
    const support::Ran ran =
        run({"add", "--from-stdin"}, "\xef\xbb\xbf" + std::string(support::kLocalEntry));

    EXPECT_EQ(ran.code, agent::done) << ran.err;
}

TEST_F(CommandHelp, ShowsWhatIsHiddenInAnAnswer) {
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kLocalEntry).status, 201);
    std::string essence = "\"Тайна \xe2\x80\xae\xe2\x80\x8b.\"";
    const support::Ran amended =
        run({"amend", "1", "--from-stdin", "--reason", "x"}, "{\"essence\":" + essence + "}");
    ASSERT_EQ(amended.code, agent::done) << amended.err;

    const support::Ran table = run({"show", "1"});
    const support::Ran json = run({"show", "1", "--json"});

    for (const support::Ran* const ran : {&table, &json}) {
        EXPECT_THAT(ran->out, HasSubstr("Тайна \\u202e\\u200b."));
        EXPECT_THAT(ran->out, Not(HasSubstr("\xe2\x80")));
    }
    const auto read = platform::read_json(json.out);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read->find("essence")->string(), "Тайна \xe2\x80\xae\xe2\x80\x8b.");
}

TEST_F(CommandHelp, ShowsWhatIsHiddenInTheNameOfAFile) {
    const support::Ran ran = run({"import", "no\x1b[2J\xe2\x80\xae\nfile"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("no\\u001b[2J\\u202e file"));
    EXPECT_EQ(ran.err.find('\x1b'), std::string::npos);
}

TEST_F(CommandHelp, WritesADocumentAsItIsWhereNoTerminalShowsIt) {
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kLocalEntry).status, 201);
    EXPECT_THAT(run({"export"}).out, StartsWith("\xef\xbb\xbfnumber,"));
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const agent::Console terminal{.in = in, .out = out, .err = err, .out_is_terminal = true};

    ASSERT_EQ(
        agent::run_cli({"export", "--config", config_.string()}, terminal, support::no_environment),
        agent::done);

    EXPECT_THAT(out.str(), StartsWith("\\ufeffnumber,"));
}

}  // namespace
}  // namespace tizilim
