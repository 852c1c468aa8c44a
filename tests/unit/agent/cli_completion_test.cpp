#include "agent/cli/cli.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

/// `tizilim completion bash`, as bash itself reads it.
class Completion : public testing::Test {
protected:
    [[nodiscard]] Ran run(std::vector<std::string> arguments) const {
        return support::run_command(directory_ / "none.conf", std::move(arguments));
    }
    [[nodiscard]] std::string script(const std::string& language = "en") const {
        const Ran ran = run({"completion", "bash", "--language", language});
        EXPECT_EQ(ran.code, agent::done) << ran.err;
        return ran.out;
    }
    [[nodiscard]] std::filesystem::path file_with(const std::string& text) const {
        std::ofstream(directory_ / "script") << text;
        return directory_ / "script";
    }
    /// What bash offers for the last of these words.
    [[nodiscard]] std::vector<std::string> offered(const std::string& bash,
                                                   const std::string& words) const {
        return said_by("bash", bash + "COMP_WORDS=(" + words +
                                   ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_tizilim\n"
                                   "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
    }
    /// What a script prints that a shell reads, in lines.
    [[nodiscard]] std::vector<std::string> said_by(const std::string& shell,
                                                   const std::string& text) const {
        const auto file = file_with(text);
        const auto out = directory_ / "out";
        EXPECT_EQ(std::system((shell + " '" + file.string() + "' >'" + out.string() + "'").c_str()),
                  0);
        std::vector<std::string> words_offered;
        std::ifstream lines(out);
        for (std::string line; std::getline(lines, line);) words_offered.push_back(line);
        return words_offered;
    }
    support::TempDirectory directory_;
};

/// The first words of a help's rows: what `begins` so.
std::vector<std::string> names_in(const std::string& help, const std::string& begins) {
    std::vector<std::string> names;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("  ") || line.starts_with("   ")) continue;
        std::istringstream words(line.substr(2));
        for (std::string word; words >> word;) {
            if (word.ends_with(',')) word.pop_back();
            const bool is_name = word.starts_with(begins) && word.size() > 2;
            if (is_name) names.push_back(word);
            if (!word.starts_with('-')) break;
        }
    }
    return names;
}

std::vector<std::string> commands_in(const std::string& help) {
    return names_in(help.substr(help.find("\nCommands:")), "");
}

TEST_F(Completion, LeavesOutNoCommandAndNoFlag) {
    const std::vector<std::string> commands = commands_in(run({"--help"}).out);
    ASSERT_THAT(commands, AllOf(Contains("add"), Contains("backups"), Contains("version")));
    EXPECT_THAT(commands, Not(Contains("completion")));
    const std::string bash = script();
    EXPECT_THAT(offered(bash, "tizilim ''"), IsSupersetOf(commands));
    for (const std::string& command : commands) {
        const std::vector<std::string> flags = names_in(run({command, "--help"}).out, "--");
        EXPECT_THAT(flags, Contains("--help")) << command;
        EXPECT_THAT(offered(bash, "tizilim " + command + " --"), IsSupersetOf(flags)) << command;
    }
}

TEST_F(Completion, NeedsNoConfigurationThatIsRight) {
    std::ofstream(directory_ / "none.conf") << "nonsense\n";
    EXPECT_THAT(script(), HasSubstr("complete -F _tizilim tizilim"));
    EXPECT_EQ(run({"completion", "csh"}).code, agent::usage);
}

TEST_F(Completion, IsTheSameInEveryLanguage) {
    EXPECT_EQ(script("ru"), script());
    EXPECT_EQ(script("kk"), script());
}

TEST_F(Completion, OffersWhatFits) {
    const std::string bash = script();
    EXPECT_THAT(offered(bash, "tizilim li"), testing::ElementsAre("list"));
    EXPECT_THAT(offered(bash, "tizilim --config x.conf --json li"), testing::ElementsAre("list"));
    EXPECT_THAT(offered(bash, "tizilim list --pul"), testing::ElementsAre("--pulled"));
    EXPECT_THAT(offered(bash, "tizilim list --state p"), testing::ElementsAre("pending"));
    EXPECT_THAT(offered(bash, "tizilim list --state = p"), testing::ElementsAre("pending"));
    EXPECT_THAT(offered(bash, "tizilim list --state = ''"), Contains("delivered"));
    EXPECT_THAT(offered(bash, "tizilim add --basis court_re"),
                testing::ElementsAre("court_resolution"));
    EXPECT_THAT(offered(bash, "tizilim classify 3 lo"), testing::ElementsAre("local"));
    EXPECT_THAT(offered(bash, "tizilim init --new"),
                AllOf(Contains("--new-book"), Contains("--new-recovery-code")));
    std::filesystem::create_directory(directory_ / "backups");
    EXPECT_THAT(offered(bash, "tizilim backups " + (directory_ / "ba").string()),
                testing::ElementsAre((directory_ / "backups").string()));
}

TEST_F(Completion, IsReadByZsh) {
    const Ran ran = run({"completion", "zsh"});
    ASSERT_EQ(ran.code, agent::done) << ran.err;
    const auto offered = [&](const std::string& words) {
        // What the completion system brings, which a script has not.
        return said_by("zsh -f",
                       "compadd() { shift; print -rl -- \"$@\"; }\n"
                       "_files() { print files \"$@\"; }\ncompset() { :; }\n"
                       "compdef() { :; }\n" +
                           ran.out + "words=(" + words + ")\nCURRENT=${#words}\n_tizilim\n");
    };

    EXPECT_THAT(offered("tizilim ''"), IsSupersetOf(commands_in(run({"--help"}).out)));
    EXPECT_THAT(offered("tizilim --config x --json list --"), Contains("--pulled"));
    EXPECT_THAT(offered("tizilim list --state ''"), Contains("delivered"));
    EXPECT_THAT(offered("tizilim list --state=p"), Contains("pending"));
    EXPECT_THAT(offered("tizilim backup ''"), testing::ElementsAre("files -/"));
    EXPECT_THAT(offered("tizilim import ''"), testing::ElementsAre("files"));
}

TEST_F(Completion, IsReadByFish) {
    const Ran ran = run({"completion", "fish"});
    ASSERT_EQ(ran.code, agent::done) << ran.err;
    const auto offered = [&](const std::string& words) {
        return said_by("fish --no-config", ran.out + "complete -C " + words + "\n");
    };

    EXPECT_THAT(offered("'tizilim '"), IsSupersetOf(commands_in(run({"--help"}).out)));
    EXPECT_THAT(offered("'tizilim list --pul'"), testing::ElementsAre("--pulled"));
    EXPECT_THAT(offered("'tizilim list --state p'"), testing::ElementsAre("pending"));
    EXPECT_THAT(offered("'tizilim classify 3 lo'"), testing::ElementsAre("local"));
    EXPECT_THAT(offered("'tizilim status '"), testing::IsEmpty());
}

}  // namespace
}  // namespace tizilim
