#include "agent/cli/cli.h"
#include "platform/text/json_reader.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/other_computer.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::AskSecret;
using support::Ran;
using support::run_command;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

bool is_one_document(const std::string& out) {
    return std::count(out.begin(), out.end(), '\n') == 1 && platform::read_json(out).has_value();
}

class PeerCommands : public testing::Test {
protected:
    [[nodiscard]] Ran ask_daemon(std::vector<std::string> arguments,
                                 const std::string& input = "") {
        return run_command(agent_.write_config(), std::move(arguments), input);
    }
    /// A configuration of a register in `name`.
    std::filesystem::path config_of(const std::string& name) {
        const auto file = directory_ / (name + ".conf");
        std::ofstream(file) << "[register]\ndirectory = " << name << '\n';
        return file;
    }
    /// Another register key than the agent's.
    [[nodiscard]] std::string pairing_code() const {
        return agent_.registry().pairing_code().text();
    }

    support::TempDirectory directory_;
    mutable support::RunningAgent agent_;
};

TEST_F(PeerCommands, ShowThePairingCodeWithAWarning) {
    const Ran text = ask_daemon({"pair"});
    const Ran json = ask_daemon({"pair", "--json"});

    EXPECT_EQ(text.code, agent::done) << text.err;
    EXPECT_THAT(text.out, HasSubstr("\n    " + pairing_code() + "\n"));
    EXPECT_THAT(text.out, HasSubstr("show it to nobody"));
    EXPECT_EQ(json.out, R"({"code":")" + pairing_code() + "\"}\n");
}

TEST_F(PeerCommands, JoinWithTheCodeOfTheFirstComputer) {
    const Ran given = run_command(config_of("given"), {"init", "--here", "--join", pairing_code()});
    const Ran piped = run_command(config_of("piped"), {"init", "--here", "--join", "-", "--json"},
                                  pairing_code() + "\n");
    const Ran typed = run_command(config_of("typed"), {"init", "--here", "--join=-"}, "",
                                  [this](std::string_view) { return pairing_code(); });

    EXPECT_EQ(given.code, agent::done) << given.err;
    EXPECT_THAT(given.out, HasSubstr("Joined: "));
    EXPECT_THAT(given.out, HasSubstr("Recovery code"));
    EXPECT_EQ(piped.code, agent::done) << piped.err;
    EXPECT_TRUE(is_one_document(piped.out));
    EXPECT_THAT(piped.out, HasSubstr(R"("joined":true)"));
    EXPECT_EQ(typed.code, agent::done) << typed.err;
    EXPECT_EQ(run_command(config_of("given"), {"verify", "--offline"}).code, agent::done);
    EXPECT_EQ(run_command(config_of("given"), {"init", "--here", "--join", pairing_code()}).code,
              agent::refused);
}

TEST_F(PeerCommands, NameTheGroupThatIsMistypedAndMakeNothing) {
    std::string wrong = pairing_code();
    wrong[5] = wrong[5] == 'A' ? 'B' : 'A';

    const Ran ran = run_command(config_of("one"), {"init", "--here", "--join", wrong, "--json"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("group 2 first"));
    EXPECT_THAT(ran.err + ran.out, Not(HasSubstr(wrong.substr(5, 4))));
    EXPECT_TRUE(is_one_document(ran.out)) << ran.out;
    EXPECT_FALSE(std::filesystem::exists(directory_ / "one"));
}

TEST_F(PeerCommands, AskAgainForAMistypedPairingCodeAndPrintOneDocument) {
    int asked = 0;
    const AskSecret ask = [&](std::string_view question) -> std::optional<std::string> {
        EXPECT_EQ(question, "Pairing code: ");
        return ++asked == 1 ? "7K2M" : pairing_code();
    };
    const Ran joined =
        run_command(config_of("one"), {"init", "--here", "--join", "-", "--json"}, "", ask);
    const Ran refused = run_command(config_of("two"), {"init", "--here", "--join", "-", "--json"},
                                    "", [](std::string_view) { return "7K2M"; });
    const Ran silent =
        run_command(config_of("two"), {"init", "--here", "--join", "-", "--json"}, "",
                    [](std::string_view) { return std::optional<std::string>(); });

    EXPECT_EQ(joined.code, agent::done) << joined.err;
    EXPECT_EQ(asked, 2);
    EXPECT_TRUE(is_one_document(joined.out)) << joined.out;
    EXPECT_EQ(refused.code, agent::refused);
    EXPECT_TRUE(is_one_document(refused.out)) << refused.out;
    EXPECT_EQ(silent.code, agent::refused);
    EXPECT_TRUE(is_one_document(silent.out)) << silent.out;
}

TEST_F(PeerCommands, JoinIsNoWishOnARegisterThatIsThere) {
    EXPECT_EQ(run_command(config_of("one"), {"init", "--join", "-", "--new-book"}).code,
              agent::usage);
    EXPECT_EQ(run_command(config_of("one"), {"init", "--join", ""}).code, agent::usage);
    EXPECT_EQ(run_command(config_of("one"), {"init", "--join"}).code, agent::usage);
}

TEST_F(PeerCommands, SayThatThereIsNoConflictAndNoQuarantine) {
    EXPECT_EQ(ask_daemon({"conflicts"}).out, "No entry is in conflict.\n");
    EXPECT_EQ(ask_daemon({"conflicts", "--json"}).out, "{\"conflicts\":[]}\n");
    EXPECT_EQ(ask_daemon({"quarantine"}).out, "No entry is in quarantine.\n");
    EXPECT_EQ(ask_daemon({"quarantine", "--json"}).out, "{\"entries\":[],\"next\":null}\n");
}

TEST_F(PeerCommands, RefuseToResolveOrRetryForNothing) {
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);

    const Ran resolve = ask_daemon({"resolve", "1", "--field", "essence=mine", "--field",
                                    "form=theirs", "--field", "minutes=90"});
    const Ran retry = ask_daemon({"retry", "1", "--json"});

    EXPECT_EQ(resolve.code, agent::refused);
    EXPECT_THAT(resolve.err, HasSubstr("not in conflict"));
    EXPECT_EQ(ask_daemon({"resolve", "1", "--from-stdin"}, R"({"essence":{"text":"x"}})").code,
              agent::refused);
    EXPECT_EQ(retry.code, agent::refused);
    EXPECT_TRUE(is_one_document(retry.out)) << retry.out;
}

TEST_F(PeerCommands, DecideAConflictFieldByField) {
    support::OtherComputer other(agent_);
    const std::string id = other.dispute_minutes();

    const Ran table = ask_daemon({"conflicts"});
    const Ran shown = ask_daemon({"show", "1"});
    const Ran resolved = ask_daemon({"resolve", "1", "--field", "minutes=\"75\""});

    EXPECT_THAT(table.out, HasSubstr("1      edited  "));
    EXPECT_THAT(table.out, HasSubstr("  minutes  60    120\n"));
    EXPECT_THAT(shown.out, HasSubstr("; in conflict: `tizilim conflicts`\n"));
    EXPECT_EQ(resolved.code, agent::done) << resolved.err;
    EXPECT_THAT(resolved.out, HasSubstr("Entry 1 is resolved: version "));
    EXPECT_EQ(ask_daemon({"conflicts"}).out, "No entry is in conflict.\n");
    EXPECT_THAT(ask_daemon({"show", id.substr(0, 20)}).out, ContainsRegex("\nminutes  +75\n"));
}

TEST_F(PeerCommands, NameAnEntryOfAnotherComputerByItsId) {
    support::OtherComputer other(agent_);
    const std::string id = other.add();

    const Ran list = ask_daemon({"list", "--pulled"});
    const Ran amended = ask_daemon({"amend", id, "--minutes", "45", "--reason", "a slip"});

    EXPECT_THAT(list.out, HasSubstr("\n" + id + "  02.11.2026  resolution of a court"));
    EXPECT_EQ(amended.code, agent::done) << amended.err;
    EXPECT_THAT(ask_daemon({"show", id}).out, ContainsRegex("\npulled  +yes\n"));
    EXPECT_THAT(ask_daemon({"list"}).out, Not(HasSubstr(id)));
}

TEST_F(PeerCommands, WantAChoiceForTheFields) {
    EXPECT_EQ(ask_daemon({"resolve", "1"}).code, agent::usage);
    EXPECT_EQ(ask_daemon({"resolve", "1", "--field", "essence"}).code, agent::usage);
    EXPECT_EQ(ask_daemon({"resolve", "1", "--field", "=mine"}).code, agent::usage);
    EXPECT_EQ(ask_daemon({"resolve", "1", "--from-stdin"}, "[]").code, agent::usage);
    EXPECT_EQ(ask_daemon({"resolve"}).code, agent::usage);
    EXPECT_EQ(ask_daemon({"retry", ""}).code, agent::usage);
}

TEST_F(PeerCommands, ListEntriesOfOtherComputersApart) {
    EXPECT_THAT(ask_daemon({"list", "--pulled"}).out, testing::StartsWith("Id"));
    EXPECT_THAT(ask_daemon({"list", "--pulled", "--json"}).out, HasSubstr(R"("next":null)"));
    EXPECT_EQ(ask_daemon({"list", "--pulled", "--month", "2026-11"}).code, agent::usage);
    EXPECT_EQ(ask_daemon({"list", "--pulled", "--book", "X"}).code, agent::usage);
}

TEST_F(PeerCommands, ShowOutagesInThreeFormats) {
    EXPECT_THAT(ask_daemon({"outages"}).out, HasSubstr("0 outages, 0 s of this month\n"));
    EXPECT_THAT(ask_daemon({"outages", "--month", "2026-10", "--format", "csv"}).out,
                HasSubstr("from,to,cause,end,seconds_of_month,attempts,errors\r\n"));
    EXPECT_THAT(ask_daemon({"outages", "--json"}).out, HasSubstr(R"({"month":"2026-11",)"));
    EXPECT_EQ(ask_daemon({"outages", "--month", "2026-13"}).code, agent::usage);
    EXPECT_EQ(ask_daemon({"outages", "--format", "pdf"}).code, agent::usage);
}

TEST_F(PeerCommands, PrintJsonForAUsageErrorToo) {
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"bogus", "--json"},
             {"show", "--json"},
             {"--json", "list", "--month", "2026-13"},
             {"resolve", "1", "--json"},
             {"print", "--from", "2026-11-02", "--to", "2026-11-01", "--json"}}) {
        const Ran ran = ask_daemon(arguments);
        EXPECT_EQ(ran.code, agent::usage) << arguments.front();
        EXPECT_TRUE(is_one_document(ran.out)) << ran.out;
        EXPECT_THAT(ran.out, HasSubstr(R"({"error":"usage","message":")")) << arguments.front();
        EXPECT_NE(ran.err, "");
    }
}

TEST_F(PeerCommands, TakeANameForANameAndForNothingElse) {
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);

    EXPECT_EQ(ask_daemon({"show", "1"}).code, agent::done);
    for (const char* name : {"1/signing", "1/history", "../signing", "1?x=1", "1#"})
        EXPECT_EQ(ask_daemon({"show", name}).code, agent::refused) << name;
    EXPECT_EQ(ask_daemon({"show", ""}).code, agent::usage);
}

TEST_F(PeerCommands, ShowWhereAnEntryIsOnItsWay) {
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);

    EXPECT_THAT(ask_daemon({"show", "1"}).out,
                ContainsRegex("\nexplanation  +delivery is paused: no unified.url configured\n"));
}

}  // namespace
}  // namespace tizilim
