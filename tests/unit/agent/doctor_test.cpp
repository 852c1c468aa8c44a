#include "agent/cli/commands/doctor.h"

#include "agent/cli/terminal/console.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Of a daemon that is well, but for what `changed` says: members that replace its own.
std::string status(const std::string& changed = "{}") {
    auto json = *platform::read_json(
        R"({"agent":{"version":"1.0"},"state":"synced","reason":"","entries":{"recorded":25},)"
        R"("balanceError":0,"conflicts":0,"clock":{"good":true,"reason":""},"book":{"label":"B"},)"
        R"("processes":{"register":{"pid":7},"network":{"pid":8,"restarts":2}},)"
        R"("confinement":{"register":["landlock:7","seccomp"],"network":["landlock:7","seccomp"]},)"
        R"("backup":{"lastAt":"2026-11-02T10:00:00+05:00","failed":""}})");
    platform::JsonObject members = *json.object();
    const auto replaced = *platform::read_json(changed);
    for (const auto& [name, value] : *replaced.object())
        for (auto& member : members)
            if (member.name == name) member.value = value;
    return platform::to_json(members);
}

/// "subject: verdict" of each that is not ok, with its words.
std::vector<std::string> complaints(const std::string& status,
                                    agent::UserLanguage language = agent::UserLanguage::en) {
    const agent::Words words(language, {});
    std::vector<std::string> list;
    for (const agent::Finding& finding : agent::findings_of(*platform::read_json(status), "1.0"))
        if (finding.verdict != agent::Verdict::ok)
            list.push_back(std::string(finding.subject) + ": " +
                           std::string(agent::code_of(finding.verdict)) + ": " +
                           words(finding.message));
    return list;
}

TEST(Doctor, FindsNothingWhereAllIsWell) {
    EXPECT_THAT(complaints(status()), testing::IsEmpty());
    EXPECT_EQ(agent::findings_of(*platform::read_json(status()), "1.0").size(), 7U);
}

TEST(Doctor, SpeaksOfTimestampsOnceSomeWereAskedFor) {
    auto json = *platform::read_json(status());
    platform::JsonObject members = *json.object();
    members.push_back(
        {"timestamps", *platform::read_json(R"({"lastAt":"2026-11-02T10:00:00+05:00",)"
                                            R"("failedAt":null,"failed":""})")});
    EXPECT_THAT(complaints(platform::to_json(members)), testing::IsEmpty());
    EXPECT_EQ(agent::findings_of(members, "1.0").size(), 8U);

    members.back().value = *platform::read_json(
        R"({"lastAt":null,"failedAt":"2026-11-02T10:00:00+05:00","failed":"x",)"
        R"("code":"link.name_unknown","values":{}})");
    EXPECT_THAT(complaints(platform::to_json(members)),
                ElementsAre(AllOf(HasSubstr("timestamps: warn: the last try, 02.11.2026 10:00"),
                                  HasSubstr("host name is not known"))));
}

TEST(Doctor, SaysWhichProgramTheSystemDoesNotConfine) {
    EXPECT_THAT(complaints(status(R"({"confinement":{"register":["seccomp"],"network":[]}})")),
                ElementsAre(AllOf(HasSubstr("confinement: warn"), HasSubstr("tizilim-register"),
                                  HasSubstr("(seccomp)"))));
    EXPECT_THAT(
        complaints(status(R"({"confinement":{"register":["landlock:2","seccomp"],"network":[]}})")),
        ElementsAre(AllOf(HasSubstr("confinement: warn"), HasSubstr("confine tizilim-sync"))));
}

TEST(Doctor, SaysThatTheNetworksProgramDoesNotRun) {
    const std::string without =
        status(R"({"processes":{"register":{"pid":7},"network":{"pid":null,"restarts":2}}})");
    EXPECT_THAT(complaints(without), ElementsAre(HasSubstr("processes: warn: tizilim-sync does")));
    EXPECT_THAT(complaints(without, agent::UserLanguage::ru),
                ElementsAre(HasSubstr("tizilim-sync не работает")));
    EXPECT_THAT(complaints(without, agent::UserLanguage::kk),
                ElementsAre(HasSubstr("tizilim-sync бағдарламасы жұмыс істемейді")));
}

TEST(Doctor, SaysNothingOfWhatConfinesAProgramThatDoesNotRun) {
    const std::string without =
        status(R"({"processes":{"register":{"pid":7},"network":{"pid":null,"restarts":2}},)"
               R"("confinement":{"register":["landlock:7","seccomp"],"network":[]}})");
    EXPECT_THAT(complaints(without), ElementsAre(HasSubstr("processes: warn: tizilim-sync does")));
}

TEST(Doctor, FailsWhereEntriesMayBeLostOrDeliveryNeedsAPerson) {
    EXPECT_THAT(complaints(status(R"({"balanceError":1})")),
                ElementsAre(HasSubstr("register: fail: Entries may be lost")));
    EXPECT_THAT(complaints(status(R"({"state":"unauthorized","reason":"401"})")),
                ElementsAre(HasSubstr("delivery: fail")));
    EXPECT_THAT(complaints(status(R"({"state":"offline","reason":"no route"})")),
                ElementsAre(HasSubstr("delivery: warn")));
}

TEST(Doctor, SaysWhatTheBackupAndTheClockLack) {
    EXPECT_THAT(complaints(status(R"({"backup":{"lastAt":"","failed":"the disk is full"}})")),
                ElementsAre(AllOf(HasSubstr("backup: fail"), HasSubstr("the disk is full"))));
    EXPECT_THAT(complaints(status(R"({"backup":{"lastAt":"","failed":""}})")),
                ElementsAre(HasSubstr("backup: warn")));
    EXPECT_THAT(complaints(status(R"({"clock":{"good":false,"reason":"it is behind"}})")),
                ElementsAre(AllOf(HasSubstr("clock: warn"), HasSubstr("it is behind"))));
}

TEST(Doctor, SaysThatAnotherVersionRunsAndThatThereIsNoRegister) {
    EXPECT_THAT(complaints(status(R"({"agent":{"version":"0.9"}})")),
                ElementsAre(AllOf(HasSubstr("daemon: warn"), HasSubstr("0.9"))));
    EXPECT_THAT(complaints(status(R"({"state":"no_register"})")),
                ElementsAre(AllOf(HasSubstr("register: fail"), HasSubstr("tizilim init"))));
}

TEST(Doctor, SaysThatNoDaemonAnswers) {
    const support::TempDirectory folder;
    std::ofstream(folder / "conf") << "[register]\ndirectory = register\n";

    const support::Ran ran = support::run_command(folder / "conf", {"doctor"});

    EXPECT_EQ(ran.code, agent::unreachable);
    EXPECT_THAT(ran.out, AllOf(HasSubstr("ok"), HasSubstr("Configuration: was read"),
                               HasSubstr("fail"), HasSubstr("Service: ")));
}

TEST(Doctor, TellsOtherProgramsInJson) {
    const support::RunningAgent agent;
    const support::Ran ran = support::run_command(agent.write_config(), {"--json", "doctor"});

    const auto json = platform::read_json(ran.out);
    ASSERT_TRUE(json) << ran.out << ran.err;
    const platform::JsonArray& checks = *json->find("checks")->array();
    ASSERT_GE(checks.size(), 3U);
    EXPECT_EQ(*checks[0].find("check")->string(), "configuration");
    EXPECT_EQ(*checks[0].find("result")->string(), "ok");
    EXPECT_EQ(*checks[1].find("check")->string(), "daemon");
    EXPECT_NE(checks[1].find("code"), nullptr);
}

}  // namespace
}  // namespace tizilim
