#include "agent/cli/cli.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/latin_words.h"
#include "tests/unit/agent/other_computer.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::IsEmpty;
using testing::Not;

/// What commands print in Kazakh and Russian holds nothing of another language, and no placeholder.
class PrintedWords : public testing::Test {
protected:
    Ran expect_own_words(const std::vector<std::string>& arguments, int code = agent::done) const {
        (void)expect_words_of("kk", arguments, code);
        return expect_words_of("ru", arguments, code);
    }
    /// What can be done only once.
    [[nodiscard]] Ran expect_words_of(const char* language, std::vector<std::string> arguments,
                                      int code = agent::done) const {
        arguments.insert(arguments.begin(), {"--language", language});
        SCOPED_TRACE(testing::PrintToString(arguments));
        Ran ran = support::run_command(config_, std::move(arguments));
        EXPECT_EQ(ran.code, code) << ran.err;
        for (const std::string& text : {ran.out, ran.err}) {
            EXPECT_THAT(support::foreign_words_printed(text), IsEmpty()) << text;
            EXPECT_THAT(text, Not(testing::ContainsRegex("[{][a-z_]+(:[a-z_]+)?[}]")));
        }
        return ran;
    }
    void record(const char* entry) const {
        ASSERT_EQ(agent_.post_json("/api/v1/entries", entry).status, 201);
    }
    [[nodiscard]] static std::vector<std::string> commands_in(const std::string& help,
                                                              const std::string& title) {
        std::vector<std::string> names;
        std::istringstream lines(help.substr(help.find(title) + title.size()));
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("  ") && line[2] != ' ')
                names.push_back(line.substr(2, line.find(' ', 2) - 2));
        return names;
    }

    mutable support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
    support::TempDirectory folder_;
};

TEST_F(PrintedWords, OfTheHelpOfEachCommand) {
    const Ran help = expect_own_words({"--help"});
    const std::vector<std::string> commands = commands_in(help.out, "Команды:");

    EXPECT_GT(commands.size(), 20U) << help.out;
    for (const std::string& command : commands) expect_own_words({command, "--help"});
}

TEST_F(PrintedWords, OfEntries) {
    expect_own_words({"list"});
    record(support::kPartialEntry);
    record(support::kLocalEntry);
    (void)expect_words_of("kk", {"amend", "1", "--minutes", "91", "--reason", "описка"});
    (void)expect_words_of("ru", {"amend", "1", "--essence", "Иное", "--reason", "описка"});
    (void)expect_words_of("kk", {"classify", "1", "full", "--reason", "по просьбе"});
    (void)expect_words_of("ru", {"classify", "1", "partial", "--reason", "по просьбе"});
    (void)expect_words_of("kk", {"void", "2", "--reason", "дважды"});

    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"list"},
                                               {"list", "--pulled"},
                                               {"list", "--search", "тайна"},
                                               {"list", "--limit", "1"},
                                               {"list", "--month", "2026-11"},
                                               {"show", "1"},
                                               {"show", "2"},
                                               {"show", "1", "--history"}})
        expect_own_words(arguments);
}

TEST_F(PrintedWords, OfAnEntryThatIsRecorded) {
    const std::vector<std::string> good{"add",
                                        "--again",
                                        "--application-date",
                                        "2026-11-02",
                                        "--basis",
                                        "court_resolution",
                                        "--basis-date",
                                        "2026-11-02",
                                        "--basis-number",
                                        "C-1",
                                        "--essence",
                                        "Тайна",
                                        "--form",
                                        "court",
                                        "--minutes",
                                        "90"};
    expect_own_words(good);
    std::vector<std::string> dry = good;
    dry.emplace_back("--dry-run");
    expect_own_words(dry);
    expect_own_words({"add", "--application-date", "31.02.2026", "--basis", "заявка", "--form",
                      "заявка", "--minutes", "долго", "--disclosure", "никому"},
                     agent::refused);
}

TEST_F(PrintedWords, OfTheState) {
    expect_own_words({"status"});
    record(support::kPartialEntry);
    for (const char* const command : {"pause", "status", "resume", "status", "sync", "version"})
        expect_own_words({command});
}

TEST_F(PrintedWords, OfConflicts) {
    for (const char* const command : {"conflicts", "quarantine"}) expect_own_words({command});
    support::OtherComputer other(agent_);
    (void)other.dispute_minutes();

    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"conflicts"}, {"show", "1"}, {"status"}})
        expect_own_words(arguments);
    (void)expect_words_of("kk", {"resolve", "1", "--field", "minutes=mine"});
    expect_own_words({"resolve", "1", "--field", "minutes=mine"}, agent::refused);
}

TEST_F(PrintedWords, OfReportsBackupsAndFiles) {
    record(support::kPartialEntry);
    record(support::kLocalEntry);
    const std::string file = (folder_ / "книга.csv").string();
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"report", "--month", "2026-11"},
                                               {"report", "--month", "2026-10"},
                                               {"outages"},
                                               {"verify"},
                                               {"pair"},
                                               {"export", "--output", file},
                                               {"import", file},
                                               {"sign", "--export", folder_.path().string()}})
        expect_own_words(arguments);
    for (const char* const language : {"kk", "ru"}) {
        const auto backups = folder_ / language;
        std::filesystem::create_directory(backups);
        (void)expect_words_of(language, {"backup", backups.string()});
    }
}

}  // namespace
}  // namespace tizilim
