#include "agent/cli.h"

#include "sync/json_reader.h"
#include "tests/support/temp_directory.h"
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

using testing::HasSubstr;
using testing::Not;

struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

class CommandLine : public testing::Test {
protected:
    [[nodiscard]] Ran run(std::vector<std::string> arguments, const std::string& input = "") {
        arguments.insert(arguments.end(), {"--config", config_.string()});
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        const int code = agent::run_cli(std::move(arguments), {.in = in, .out = out, .err = err});
        return {.code = code, .out = out.str(), .err = err.str()};
    }
    [[nodiscard]] Ran add(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"add",
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
    EXPECT_THAT(ran.err, HasSubstr("  basis_type: "));
}

TEST_F(CommandLine, ListsAsATableAndAsJson) {
    ASSERT_EQ(add().code, agent::done);

    const Ran table = run({"list"});
    const Ran json = run({"list", "--json"});

    EXPECT_THAT(table.out, HasSubstr(" 1  2026-11-02  court_resolution  court   90  partial"));
    EXPECT_TRUE(sync::read_json(json.out).has_value());
}

TEST_F(CommandLine, ShowsAnEntry) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"show", "1"});

    EXPECT_THAT(ran.out, HasSubstr("essence           Тайна"));
    EXPECT_THAT(ran.out, HasSubstr("What would leave:"));
    EXPECT_EQ(run({"show", "2"}).code, agent::refused);
    EXPECT_EQ(run({"show", "../status"}).code, agent::refused);
}

TEST_F(CommandLine, Classifies) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"classify", "1", "local", "--reason", "the client asks"});

    EXPECT_EQ(ran.out, "Entry 1 is local, local\n");
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
    EXPECT_THAT(run({"status"}).out,
                HasSubstr("state             paused\nreason            no peer\n"));
}

TEST_F(CommandLine, PausesAndResumes) {
    EXPECT_THAT(run({"pause"}).out, HasSubstr("by a person"));
    EXPECT_THAT(run({"resume"}).out, HasSubstr("no peer"));
    EXPECT_EQ(run({"sync"}).code, agent::done);
}

TEST_F(CommandLine, Verifies) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"verify"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("The register is sound: 1 entries"));
    EXPECT_THAT(run({"verify", "--json"}).out, HasSubstr(R"({"good":true,)"));
}

TEST_F(CommandLine, RefusesTheFolderWhileItIsHeld) {
    const Ran ran = run({"verify", "--offline"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("process "));
}

TEST_F(CommandLine, SaysWhenNobodyAnswers) {
    agent_.local_port().stop();

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
    std::ofstream(config) << "[register]\ndirectory = register\n";
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const agent::Console console{.in = in, .out = out, .err = err};

    EXPECT_EQ(agent::run_cli({"init", "--config", config}, console), agent::done);
    EXPECT_EQ(agent::run_cli({"init", "--config", config}, console), agent::refused);

    EXPECT_THAT(out.str(), HasSubstr((folder / "register" / "keys").string()));
    EXPECT_THAT(err.str(), HasSubstr("already"));
    EXPECT_EQ(agent::run_cli({"verify", "--offline", "--config", config}, console), agent::done);
}

}  // namespace
}  // namespace tizilim
