#include "agent/cli/cli.h"

#include "platform/files/file.h"
#include "platform/text/json_reader.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class CommandLine : public testing::Test {
protected:
    [[nodiscard]] Ran run(std::vector<std::string> arguments, const std::string& input = "") {
        return support::run_command(config_, std::move(arguments), input);
    }
    [[nodiscard]] Ran add(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"add",
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
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(std::move(arguments));
    }

    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
};

TEST_F(CommandLine, RecordsByFlags) {
    const Ran ran = add();

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("Recorded as number 1 (pending)"));
}

TEST_F(CommandLine, RecordsFromStandardInput) {
    const Ran ran = run({"add", "--from-stdin", "--json"}, support::kLocalEntry);

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr(R"("delivery":"local")"));
}

TEST_F(CommandLine, ShowsWhatWouldLeaveAndRecordsNothing) {
    const Ran ran = add({"--dry-run"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("minutes: 90"));
    EXPECT_THAT(ran.out, Not(HasSubstr("Тайна")));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(CommandLine, NamesTheFieldsOfARefusedEntry) {
    const Ran ran = add({"--minutes", "0"});

    EXPECT_NE(ran.code, agent::done);
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(CommandLine, RefusesWithOneAndTheFields) {
    const Ran ran = run({"add", "--basis", "x"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("  --basis: "));
}

TEST_F(CommandLine, ListsAsATableAndAsJson) {
    ASSERT_EQ(add().code, agent::done);

    const Ran table = run({"list"});
    const Ran json = run({"list", "--json"});

    EXPECT_THAT(table.out,
                HasSubstr(" 1  02.11.2026  resolution of a court  courts   90  partial"));
    EXPECT_TRUE(platform::read_json(json.out).has_value());
}

TEST_F(CommandLine, ShowsAnEntry) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"show", "1"});

    EXPECT_THAT(ran.out, HasSubstr("essence of the legal question  Тайна"));
    EXPECT_THAT(ran.out, HasSubstr("What would leave:"));
    EXPECT_EQ(run({"show", "2"}).code, agent::refused);
    EXPECT_EQ(run({"show", "../status"}).code, agent::refused);
}

TEST_F(CommandLine, Classifies) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"classify", "1", "local", "--reason", "the client asks"});

    EXPECT_EQ(ran.out, "Entry 1 is local, local\n");
}

TEST_F(CommandLine, ClassifiesByNumberAndWords) {
    ASSERT_EQ(add().code, agent::done);

    for (const char* typed : {"1", "не передаётся", "берілмейді", "loc"})
        EXPECT_EQ(run({"classify", "1", typed, "--reason", "x"}).out, "Entry 1 is local, local\n")
            << typed;
    EXPECT_THAT(run({"classify", "1", "передаётся", "--reason", "x"}).err,
                HasSubstr("could be several: local, partial, full"));
    EXPECT_THAT(run({"classify", "1", "locla", "--reason", "x"}).err,
                HasSubstr("did you mean local"));
    EXPECT_EQ(run({"classify", "1", "4", "--reason", "x", "--yes"}).code, agent::usage);
}

TEST_F(CommandLine, AmendsWhatIsGivenAndNothingElse) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"amend", "1", "--minutes", "120", "--reason", "a slip"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "Entry 1 is amended: version 2, pending\n");
    const std::string shown = run({"show", "1"}).out;
    EXPECT_THAT(shown, ContainsRegex("\nminutes  +120\n"));
    EXPECT_THAT(shown, HasSubstr("essence of the legal question  Тайна\n"));
}

TEST_F(CommandLine, AmendsFromStandardInput) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"amend", "1", "--from-stdin", "--minor", "--reason", "a minor"},
                        R"({"essence":"Другая тайна","basis_number":null})");

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "Entry 1 is amended: version 2, local\n");
    EXPECT_THAT(ran.err, HasSubstr("warning: disclosure: "));
    const std::string shown = run({"show", "1"}).out;
    EXPECT_THAT(shown, HasSubstr("Другая тайна"));
    EXPECT_THAT(shown, ContainsRegex("\nminor  +yes\n"));
    EXPECT_THAT(shown, Not(HasSubstr("C-1")));
    EXPECT_EQ(run({"amend", "1", "--no-minor", "--reason", "of age"}).code, agent::done);
}

TEST_F(CommandLine, SaysWhyAnAmendmentIsRefused) {
    ASSERT_EQ(add().code, agent::done);

    const Ran field = run({"amend", "1", "--minutes", "-5", "--reason", "x"});
    EXPECT_EQ(field.code, agent::refused);
    EXPECT_THAT(field.err, HasSubstr("  --minutes: "));

    const Ran same = run({"amend", "1", "--minutes", "90", "--reason", "x"});
    EXPECT_EQ(same.code, agent::refused);
    EXPECT_THAT(same.err, HasSubstr("nothing would change"));

    ASSERT_EQ(run({"void", "1", "--reason", "twice"}).code, agent::done);
    const Ran late = run({"amend", "1", "--minutes", "120", "--reason", "x"});
    EXPECT_EQ(late.code, agent::refused);
    EXPECT_THAT(late.err, HasSubstr("the entry is void"));
}

TEST_F(CommandLine, VoidsOnce) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"void", "1", "--reason", "recorded twice"});
    const Ran again = run({"void", "1", "--reason", "again"});

    EXPECT_EQ(ran.out, "Entry 1 is void, pending\n");
    EXPECT_EQ(again.code, agent::refused);
    EXPECT_THAT(again.err, HasSubstr("void already"));
    EXPECT_THAT(run({"list"}).out, HasSubstr("void"));
    EXPECT_THAT(run({"show", "1"}).out, ContainsRegex("reason why it is void  +recorded twice"));
}

TEST_F(CommandLine, WithdrawsOnlyWhatHasLeft) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"classify", "1", "withdrawn", "--yes", "--reason", "the client asks"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("`local` keeps it here"));
}

TEST_F(CommandLine, ShowsTheHistoryAsATable) {
    ASSERT_EQ(add().code, agent::done);
    ASSERT_EQ(
        run({"amend", "1", "--minutes", "120", "--essence", "Иное", "--reason", "a slip"}).code,
        agent::done);
    ASSERT_EQ(run({"void", "1", "--reason", "twice"}).code, agent::done);

    const Ran table = run({"show", "1", "--history"});
    const Ran json = run({"show", "1", "--history", "--json"});

    EXPECT_THAT(table.out, HasSubstr("Version  When"));
    EXPECT_THAT(table.out, HasSubstr("Учебный адвокат  recorded"));
    EXPECT_THAT(table.out, HasSubstr("a slip  essence of the legal question: Тайна → Иное\n"));
    EXPECT_THAT(table.out, HasSubstr("minutes: 90 → 120\n"));
    EXPECT_THAT(table.out, HasSubstr("state: recorded → void\n"));
    EXPECT_THAT(json.out, HasSubstr(R"({"field":"minutes","before":"90","after":"120"})"));
    EXPECT_EQ(run({"show", "9", "--history"}).code, agent::refused);
}

TEST_F(CommandLine, ListsByMonthStateAndBook) {
    for (int i = 0; i < 2; ++i) ASSERT_EQ(add().code, agent::done);
    ASSERT_EQ(run({"add", "--from-stdin"}, support::kLocalEntry).code, agent::done);

    const Ran local = run({"list", "--state", "local"});
    const Ran one = run({"list", "--month", "2026-11", "--limit", "1"});
    const Ran none = run({"list", "--month", "2026-10"});
    const Ran elsewhere = run({"list", "--book", "NOWHERE"});

    EXPECT_THAT(local.out, HasSubstr("legal information"));
    EXPECT_THAT(local.out, Not(HasSubstr("resolution of a court")));
    EXPECT_THAT(one.err, HasSubstr("tizilim list --first 2 --month 2026-11`\n"));
    EXPECT_THAT(none.out, Not(HasSubstr("resolution of a court")));
    EXPECT_EQ(elsewhere.code, agent::refused);
    EXPECT_EQ(run({"list", "--month", "2026-13"}).code, agent::usage);
    EXPECT_EQ(run({"list", "--state", "gone"}).code, agent::usage);
}

TEST_F(CommandLine, SearchesAndPrintsRowsAsTheyCome) {
    ASSERT_EQ(add().code, agent::done);
    ASSERT_EQ(add({"--basis-issuer", "Суд"}).code, agent::done);

    const Ran all = run({"list", "--search", "тайн"});
    const Ran one = run({"list", "--search", "СУД", "--json"});
    const Ran none = run({"list", "--search", "nothing & nowhere"});

    EXPECT_THAT(all.out, HasSubstr("Тайна\n"));
    EXPECT_EQ(all.err, "2 found\n");
    EXPECT_THAT(one.out, HasSubstr(R"("basis_issuer":"Суд")"));
    EXPECT_TRUE(platform::read_json(one.out).has_value());
    EXPECT_EQ(none.out, "");
    EXPECT_EQ(none.err, "0 found\n");
    EXPECT_EQ(run({"list", "--search", "x", "--month", "2026-11"}).code, agent::usage);
}

TEST_F(CommandLine, ImportsFromStandardInput) {
    const Ran ran = run({"import", "-"},
                        "application_date,basis_type,essence,form,minutes\n"
                        "2025-11-03,court_resolution,Тайна,court,30\n");

    EXPECT_THAT(ran.out + ran.err, HasSubstr("1"));
    EXPECT_EQ(ran.code == agent::done, agent_.registry().balance().recorded == 1);
}

TEST_F(CommandLine, SaysWhatIsWrongWithAFile) {
    const Ran malformed = run({"import", "-"}, "nonsense\n");
    const Ran absent = run({"import", "/nowhere/register.csv"});

    EXPECT_EQ(malformed.code, agent::refused);
    EXPECT_THAT(malformed.err, HasSubstr("line 1, "));
    EXPECT_EQ(absent.code, agent::refused);
    EXPECT_THAT(absent.err, HasSubstr("/nowhere/register.csv"));
}

TEST_F(CommandLine, PrintsTheDaemonsStatusAsItIs) {
    const Ran ran = run({"status", "--json"});

    EXPECT_EQ(ran.code, agent::done);
    EXPECT_EQ(ran.out, agent_.get("/status").body);
    EXPECT_THAT(
        run({"status"}).out,
        HasSubstr("state             paused\nreason            no unified.url configured\n"));
}

TEST_F(CommandLine, PausesAndResumes) {
    EXPECT_THAT(run({"pause"}).out, HasSubstr("by a person"));
    EXPECT_THAT(run({"resume"}).out, HasSubstr("no unified.url configured"));
    EXPECT_EQ(run({"sync"}).code, agent::done);
}

TEST_F(CommandLine, Verifies) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"verify"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("The register is sound: 1 entry,"));
    EXPECT_THAT(run({"verify", "--json"}).out, HasSubstr(R"({"good":true,)"));
}

TEST_F(CommandLine, RefusesTheFolderWhileItIsHeld) {
    const Ran ran = run({"verify", "--offline"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("process "));
}

TEST_F(CommandLine, SaysWhenNobodyAnswers) {
    agent_.endpoints().stop();

    const Ran ran = run({"status", "--json"});

    EXPECT_EQ(ran.code, agent::unreachable);
    EXPECT_THAT(ran.err, HasSubstr("does not answer"));
    EXPECT_THAT(ran.out, HasSubstr(R"({"error":"unreachable")"));
}

TEST_F(CommandLine, TellsUsageFromRefusal) {
    EXPECT_EQ(run({"bogus"}).code, agent::usage);
    EXPECT_EQ(run({"show"}).code, agent::usage);
    EXPECT_EQ(run({"list", "--limit", "1001"}).code, agent::usage);
    EXPECT_EQ(run({"classify", "1", "all", "--reason", "x"}).code, agent::usage);
    EXPECT_EQ(run({"add", "--from-stdin"}, "no JSON").code, agent::usage);
    EXPECT_EQ(run({"amend", "1", "--minutes", "5"}).code, agent::usage);
    EXPECT_EQ(run({"amend", "1", "--reason", "x"}).code, agent::usage);
    EXPECT_EQ(run({"amend", "1", "--from-stdin", "--reason", "x"}, "[]").code, agent::usage);
    EXPECT_EQ(run({"void", "1"}).code, agent::usage);
    EXPECT_EQ(run({"show", "1", "--histories"}).code, agent::usage);
    EXPECT_EQ(run({"--help"}).code, agent::done);
}

TEST_F(CommandLine, NamesABadConfiguration) {
    std::ofstream(config_) << "[nonsense]\nx = 1\n";

    const Ran ran = run({"status"});

    EXPECT_EQ(ran.code, agent::usage);
    EXPECT_THAT(ran.err, HasSubstr("tizilim.conf:1: unknown section"));
}

TEST(CommandLineInit, MakesARegisterOnce) {
    const support::TempDirectory folder;
    const std::string config = (folder / "tizilim.conf").string();
    platform::write_file_atomically(config, "[register]\ndirectory = register\n");
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const agent::Console console{.in = in, .out = out, .err = err};

    EXPECT_EQ(
        agent::run_cli({"init", "--here", "--config", config}, console, support::no_environment),
        agent::done);
    EXPECT_EQ(
        agent::run_cli({"init", "--here", "--config", config}, console, support::no_environment),
        agent::refused);

    EXPECT_THAT(out.str(), HasSubstr((folder / "register" / "keys").string()));
    EXPECT_THAT(err.str(), HasSubstr("already"));
    EXPECT_EQ(agent::run_cli({"verify", "--offline", "--config", config}, console,
                             support::no_environment),
              agent::done);
}

}  // namespace
}  // namespace tizilim
