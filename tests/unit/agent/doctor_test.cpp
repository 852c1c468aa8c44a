#include "agent/cli/care/doctor.h"

#include "agent/cli/care/finding.h"
#include "agent/cli/care/link_checks.h"
#include "agent/cli/care/place_checks.h"
#include "agent/cli/care/port_checks.h"
#include "agent/cli/terminal/console.h"
#include "agent/config/config.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/files/process_lock.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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

/// "subject: verdict, code" of each.
std::vector<std::string> told(const agent::Findings& findings) {
    std::vector<std::string> list;
    for (const agent::Finding& one : findings)
        list.push_back(std::string(one.subject) + ": " + std::string(agent::code_of(one.verdict)) +
                       ", " + one.message.code);
    return list;
}

const platform::WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 2)};

/// Of a status whose `link` is this, and whose entries are these.
std::vector<std::string> link_told(const std::string& link,
                                   const std::string& entries = R"({"recorded":25})",
                                   const std::string& url = "https://unified.example/r") {
    const auto json = platform::read_json(R"({"state":"synced","lastVerifiedAt":)"
                                          R"("2026-11-02T10:00:00+05:00","entries":)" +
                                          entries + R"(,"link":)" + link + "}");
    return told(agent::link_findings(*json, url, std::nullopt, kNow));
}

constexpr auto kWell =
    R"({"answered":true,"failed":"","skipped":0,"certificateEndsAt":"2027-11-02T10:00:00+05:00"})";

TEST(DoctorOfTheLink, TellsEachStepOfAnExchangeThatWentWell) {
    EXPECT_THAT(
        link_told(kWell),
        ElementsAre("proxy: ok, doctor.proxy_of_environment", "address: ok, doctor.address_known",
                    "server: ok, doctor.server_answers", "encryption: ok, doctor.certificate",
                    "credentials: ok, doctor.credentials_accepted",
                    "database: ok, doctor.database_right", "rules: ok, doctor.nothing_refused",
                    "receipts: ok, doctor.receipts"));
    EXPECT_THAT(link_told(kWell, R"({"recorded":25,"quarantined":2})"),
                testing::Contains("rules: warn, doctor.refused"));
}

TEST(DoctorOfTheLink, SaysNothingOfStepsAfterTheOneThatFailed) {
    struct Case {
        std::string_view code;
        std::string_view last;  ///< of what is told
    };
    for (const auto& [code, last] : std::vector<Case>{
             {"link.proxy_denied", "proxy: warn, link.proxy_denied"},
             {"link.name_unknown", "address: warn, link.name_unknown"},
             {"link.no_way", "server: warn, link.no_way"},
             {"link.certificate_expired", "encryption: fail, link.certificate_expired"},
             {"peer.wrong_password", "credentials: fail, peer.wrong_password"},
             {"peer.no_database", "database: fail, peer.no_database"},
             {"peer.another_answers", "database: warn, peer.another_answers"},
             {"peer.does_not_keep", "rules: fail, peer.does_not_keep"}}) {
        const auto list = link_told(R"({"answered":true,"failed":"x","code":")" +
                                    std::string(code) + R"(","values":{}})");
        EXPECT_EQ(list.back(), last);
        for (std::size_t i = 0; i + 1 < list.size(); ++i)
            EXPECT_THAT(list[i], HasSubstr(": ok, ")) << code;
    }
}

TEST(DoctorOfTheLink, CountsTheDaysOfTheServersCertificate) {
    const auto ending = [](const std::string& at) {
        return R"({"answered":true,"failed":"","certificateEndsAt":")" + at + "\"}";
    };
    EXPECT_THAT(link_told(ending("2026-12-01T00:00:00+00:00")),
                testing::Contains("encryption: warn, doctor.renew_server"));
    EXPECT_THAT(link_told(ending("2026-12-03T00:00:00+00:00")),
                testing::Contains("encryption: ok, doctor.certificate"));
    EXPECT_THAT(link_told(ending("2026-11-01T00:00:00+00:00")),
                testing::Contains("encryption: fail, doctor.renew_server"));
}

TEST(DoctorOfTheLink, ClaimsNothingBeforeTheFirstExchange) {
    EXPECT_THAT(
        link_told(R"({"answered":false,"failed":""})"),
        ElementsAre("proxy: ok, doctor.proxy_of_environment", "server: warn, doctor.not_tried"));
    EXPECT_THAT(link_told(kWell, "{}", ""), ElementsAre("server: warn, doctor.no_address"));
}

/// What a program on the way makes of the page.
agent::Finding page_through(const agent::GetPage& got) {
    const std::map<std::string, agent::PageCopy> sent{
        {"/", {.status = 200, .body = R"(<script src="/page.1a.js">)", .policy = "self"}},
        {"/page.1a.js", {.status = 200, .body = "script", .policy = "self"}}};
    return agent::page_finding([&](const std::string& path) { return sent.at(path); },
                               [&](const std::string& path) {
                                   agent::PageCopy copy = sent.at(path);
                                   const agent::PageCopy other = got(path);
                                   if (!other.body.empty()) copy.body = other.body;
                                   if (!other.policy.empty()) copy.policy = other.policy;
                                   if (other.status != 200) copy.status = other.status;
                                   return copy;
                               },
                               {});
}

TEST(DoctorOfThePage, SeesWhatAnAntivirusMakesOfIt) {
    const auto code = [](const agent::GetPage& got) { return page_through(got).message.code; };
    const agent::PageCopy untouched{.status = 200, .body = {}, .policy = {}};

    EXPECT_EQ(code([&](const std::string&) { return untouched; }), "doctor.page");
    EXPECT_EQ(code([&](const std::string& path) {
                  agent::PageCopy copy = untouched;
                  if (path == "/page.1a.js") copy.body = "script with a watcher";
                  return copy;
              }),
              "doctor.page_changed");
    EXPECT_EQ(code([&](const std::string&) {
                  return agent::PageCopy{.status = 200, .body = {}, .policy = "unsafe-inline"};
              }),
              "doctor.page_changed");
    EXPECT_EQ(code([&](const std::string&) { return agent::PageCopy{}; }), "doctor.port_closed");
}

TEST(DoctorOfThePage, ComparesBothEndpointsOfADaemon) {
    const support::RunningAgent agent;
    const support::Ran ran = support::run_command(agent.write_config(), {"doctor"});

    EXPECT_THAT(ran.out, HasSubstr("Page: it arrives from 127.0.0.1:" +
                                   std::to_string(agent.port()) + " byte by byte"));
}

/// Of a configuration with `more` in it, whose register's folder is there.
class DoctorOfTheMachine : public testing::Test {
protected:
    DoctorOfTheMachine() {
        std::filesystem::create_directory(folder_ / "register");
        std::filesystem::permissions(folder_ / "register", std::filesystem::perms::owner_all);
    }
    std::vector<std::string> look(const std::string& more = {}, bool is_running = true) {
        std::ofstream(folder_ / "conf") << "[register]\ndirectory = register\n" << more;
        const auto configuration = agent::load_configuration(
            agent::find_places((folder_ / "conf").string(), support::no_environment),
            agent::Credentials::leave);
        return told(agent::place_findings(configuration, is_running, kNow));
    }
    support::TempDirectory folder_;
};

TEST_F(DoctorOfTheMachine, FindsTheFolderItsOwnersAloneOrNot) {
    EXPECT_THAT(look(),
                testing::IsSupersetOf({"files: ok, doctor.files", "folder: ok, doctor.folder",
                                       "backup_folder: warn, doctor.no_backup_folder",
                                       "anchors: warn, doctor.no_anchors"}));
    std::filesystem::permissions(folder_ / "register", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    EXPECT_THAT(look(), testing::Contains("folder: warn, doctor.folder_readable"));
    std::filesystem::remove(folder_ / "register");
    EXPECT_THAT(look(), testing::Contains("folder: fail, doctor.no_folder"));
}

TEST_F(DoctorOfTheMachine, FindsAProgramThatHasTheRegisterWithoutAService) {
    EXPECT_THAT(look({}, false), testing::Contains("lock: ok, doctor.not_locked"));
    const platform::ProcessLock other(folder_ / "register");
    EXPECT_THAT(look({}, false), testing::Contains("lock: fail, doctor.locked"));
}

TEST_F(DoctorOfTheMachine, FindsASecretThatOthersReadAndAFolderThatIsGone) {
    std::ofstream(folder_ / "password") << "x\n";
    std::filesystem::permissions(folder_ / "password", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);

    const auto found = look(
        "[unified]\nurl = https://unified.example/r\nuser = u\n"
        "password_file = password\n[backup]\ndirectory = gone\n");

    EXPECT_THAT(found, testing::Contains(HasSubstr("files: fail")));
    EXPECT_THAT(found, testing::Contains("backup_folder: fail, doctor.backup_folder_gone"));
}

}  // namespace
}  // namespace tizilim
