#include "agent/delivery/status.h"

#include "agent/delivery/observation.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "tests/unit/agent/observations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using agent::Audience;
using platform::as_it_stands;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Status, HasTheShapeOfTheDesign) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.processes = {.register_pid = 7,
                          .network_pid = 8,
                          .network_restarts = 2,
                          .register_confinement = {"landlock:2", "seccomp"},
                          .network_confinement = {"seccomp"}};
    observed.facts.sync.certificate_ends_at = support::wall_time(14, 0) + 64 * 24h;

    const std::string json = platform::to_json(agent::status_json(observed, Audience::owner));

    EXPECT_EQ(json, R"({"agent":{"version":"1.0.0","uptimeSeconds":3600,"book":"K7ABCDEFGH"},)"
                    R"("state":"pending","reason":"3 entries to be sent",)"
                    R"("code":"status.to_send","values":{"count":3},)"
                    R"("entries":{"recorded":25,"local":5,"unsigned":0,"pending":3,"sent":0,)"
                    R"("delivered":17,"quarantined":0},)"
                    R"("balanceError":0,"conflicts":0,"oldestPendingSeconds":60,)"
                    R"("lastVerifiedAt":"2026-11-02T13:59:00+05:00",)"
                    R"("next":{"at":"2026-11-02T14:29:00+05:00","why":"poll",)"
                    R"("code":"text","values":{"text":"poll"}},)"
                    R"("link":{"requests":9,"bytesUp":4210,"bytesDown":980,)"
                    R"("today":{"requests":5,"bytesUp":2000,"bytesDown":400},)"
                    R"("failures":0,"skipped":0,"answered":true,)"
                    R"("certificateEndsAt":"2027-01-05T14:00:00+05:00","failed":""},)"
                    R"("clock":{"good":true,"reason":""},)"
                    R"("book":{"label":"K7ABCDEFGH","problem":"","warning":"","anchor":""},)"
                    R"("processes":{"register":{"pid":7},"network":{"pid":8,"restarts":2}},)"
                    R"("confinement":{"register":["landlock:2","seccomp"],)"
                    R"("network":["seccomp"]},)"
                    R"("store":{"bytes":1048576,"reserveBytes":8388608},)"
                    R"("foreign":{"documents":2,"bytes":700,"documentsMax":10025,)"
                    R"("bytesMax":67211264,"limitReached":false},)"
                    R"("backup":{"lastAt":null,"failed":"","drill":null},)"
                    R"("timestamps":{"lastAt":null,"failedAt":null,"failed":""}})");
}

TEST(Status, TellsAStrangerNothingOfWhatStays) {
    const auto observed = support::observation_of(support::waiting_facts());

    const std::string json = platform::to_json(agent::status_json(observed, Audience::stranger));

    for (const char* name : {"recorded", "local", "store", "foreign", "backup", "timestamps"})
        EXPECT_THAT(json, Not(HasSubstr("\"" + std::string(name) + "\""))) << name;
    EXPECT_THAT(json, HasSubstr(R"("delivered":17)"));
}

TEST(Status, IsTheSameForAStrangerWhenOneMoreEntryStays) {
    auto facts = support::waiting_facts();
    const auto before = agent::status_json(support::observation_of(facts), Audience::stranger);
    ++facts.balance.recorded;
    ++facts.balance.local;

    auto observed = support::observation_of(facts);
    observed.figures.bytes += 4096;

    EXPECT_EQ(platform::to_json(agent::status_json(observed, Audience::stranger)),
              platform::to_json(before));
}

TEST(Status, HasNullsWithoutAPeer) {
    auto facts = support::synced_facts();
    facts.sync.link.reset();
    facts.sync.pause_reason = as_it_stands("no unified.url configured");

    const std::string json =
        platform::to_json(agent::status_json(support::observation_of(facts), Audience::stranger));

    EXPECT_THAT(json, HasSubstr(R"("lastVerifiedAt":null,"next":null)"));
}

TEST(Status, ShowsABalanceThatIsWrong) {
    auto facts = support::waiting_facts();
    facts.balance.recorded = 24;

    const auto json =
        platform::to_json(agent::status_json(support::observation_of(facts), Audience::stranger));

    EXPECT_THAT(json, HasSubstr(R"("balanceError":-1)"));
}

TEST(Status, SaysWhenTheClockIsWrong) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.clock.behind_peer = 2h + 40min;

    const std::string json = platform::to_json(agent::status_json(observed, Audience::stranger));

    EXPECT_THAT(json, HasSubstr(R"("clock":{"good":false,"reason":"this computer's clock is 2 h )"
                                R"(behind the unified system's; correct it","code":")"));
}

TEST(ClockHealth, NamesEachFault) {
    const auto reason = [](std::optional<std::chrono::seconds> behind, bool went_back) {
        return support::said(
            agent::clock_health({.behind_peer = behind, .went_back = went_back}).reason);
    };

    EXPECT_TRUE(agent::clock_health({}).good);
    EXPECT_THAT(reason(-50h, false), HasSubstr("2 d ahead of the unified system's; correct it"));
    EXPECT_THAT(reason(119s, false), HasSubstr("119 s behind"));
    EXPECT_THAT(reason(-10min, false), HasSubstr("10 min ahead of"));
    EXPECT_THAT(reason({}, true), HasSubstr("clock went back: it shows a time before the last"));
    EXPECT_THAT(reason(2h, true), HasSubstr("2 h behind the unified system's, and went back: it"));
}

TEST(Status, SaysWhenTheLastGoodBackupWasAndWhyTheLastTryFailed) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.backup.last_at = observed.facts.wall_now - 24h;
    observed.backup.failed = as_it_stands("the disk is full");

    EXPECT_THAT(platform::to_json(agent::status_json(observed, Audience::owner)),
                HasSubstr(R"("backup":{"lastAt":"2026-11-01T14:00:00+05:00",)"
                          R"("failed":"the disk is full","code":"text",)"));
}

TEST(Status, SaysWhenTheLastTimestampWasAndWhyTheLastTryFailed) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.timestamps = {.last_at = observed.facts.wall_now - 24h,
                           .failed_at = observed.facts.wall_now,
                           .failed = platform::Message{"timestamp.not_understood"}};

    EXPECT_THAT(platform::to_json(agent::status_json(observed, Audience::owner)),
                HasSubstr(R"("timestamps":{"lastAt":"2026-11-01T14:00:00+05:00",)"
                          R"("failedAt":"2026-11-02T14:00:00+05:00","failed":"what answered)"));
}

TEST(BackupProblem, NamesAFailureALateOneAndOneThatNeverWas) {
    const auto facts = support::synced_facts();
    agent::BackupState backup;
    EXPECT_EQ(support::said(agent::backup_problem(backup, facts)), "");
    backup.due_at = facts.wall_now - 2h;
    EXPECT_EQ(support::said(agent::backup_problem(backup, facts)), "");
    backup.due_at = facts.wall_now - 2h - 1s;
    EXPECT_EQ(support::said(agent::backup_problem(backup, facts)),
              "a backup is due and was not made; there never was a good one");
    backup.last_at = facts.wall_now - 26h;
    EXPECT_EQ(support::said(agent::backup_problem(backup, facts)),
              "a backup is due and was not made; the last good one is of 01.11.2026 12:00");
    backup.failed = as_it_stands("the folder for backups /media/disk is not there");
    EXPECT_EQ(support::said(agent::backup_problem(backup, facts)),
              "the last backup failed; the last good one is of 01.11.2026 12:00");
}

TEST(Status, SaysWhyTheBookTakesNoEntries) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.book.problem = platform::as_it_stands("a copy");
    observed.book.warning = platform::as_it_stands("an older copy");
    observed.book.anchor_problem = platform::as_it_stands("no folder");

    EXPECT_THAT(
        platform::to_json(agent::status_json(observed, Audience::stranger)),
        AllOf(HasSubstr(R"("problem":"a copy",)"), HasSubstr(R"("warning":"an older copy",)"),
              HasSubstr(R"("anchor":"no folder",)")));
    EXPECT_EQ(support::said(agent::readiness(observed).reason), "a copy");
    EXPECT_FALSE(agent::readiness(observed).good);
    EXPECT_TRUE(agent::liveness(observed).good);
}

TEST(Liveness, IsGoodWhileTheNextStepIsAhead) {
    EXPECT_TRUE(agent::liveness(support::observation_of(support::waiting_facts())).good);
}

TEST(Liveness, IsBadWhenAStepHangs) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.facts.sync.stepping_since = observed.facts.now - agent::kStepMax - 1s;

    EXPECT_FALSE(agent::liveness(observed).good);
}

TEST(Liveness, IsBadWhenAStepIsOverdue) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.facts.sync.due_at = observed.facts.now - agent::kOverdueMax - 1s;

    EXPECT_FALSE(agent::liveness(observed).good);
}

TEST(Liveness, IsGoodWhilePaused) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.facts.sync.due_at = observed.facts.now - 1h;
    observed.facts.sync.pause_reason = as_it_stands("by a person");

    EXPECT_TRUE(agent::liveness(observed).good);
}

TEST(Readiness, IsBadWithAWrongBalance) {
    auto facts = support::waiting_facts();
    ++facts.balance.delivered;

    EXPECT_FALSE(agent::readiness(support::observation_of(facts)).good);
}

TEST(Readiness, IsBadWhenTheRegisterFailsTheDelivery) {
    auto facts = support::waiting_facts();
    facts.sync.store_problem = as_it_stands("the disk is full");

    EXPECT_EQ(support::said(agent::readiness(support::observation_of(facts)).reason),
              "the disk is full");
}

/// The peer answered, something has waited for an hour, and nothing moved.
agent::Observation standing_still() {
    auto facts = support::waiting_facts();
    facts.balance.oldest_pending_at = facts.wall_now - 1h;
    facts.sync.link->progressed_at = facts.now - 1h;
    auto observed = support::observation_of(facts);
    observed.facts.sync.stepped_at = facts.now - 1min;
    return observed;
}

TEST(Liveness, IsGoodWhileThePeerIsTriedInVain) {
    EXPECT_EQ(standing_still().state.state, agent::State::stuck);
    EXPECT_TRUE(agent::liveness(standing_still()).good);
}

TEST(Liveness, IsBadWhenSomethingWaitsAndNothingIsTried) {
    auto observed = standing_still();
    observed.facts.sync.stepped_at = observed.facts.now - 16min;

    EXPECT_FALSE(agent::liveness(observed).good);
    EXPECT_THAT(support::said(agent::liveness(observed).reason),
                HasSubstr("nothing has been tried for 16 min"));
    observed.facts.sync.pause_reason = as_it_stands("by a person");
    EXPECT_TRUE(agent::liveness(observed).good);
}

TEST(Liveness, IsGoodWhenNothingWaitsHoweverLongAgoTheLastStepWas) {
    auto observed = support::observation_of(support::synced_facts());
    observed.facts.sync.stepped_at = observed.facts.now - 50min;

    EXPECT_TRUE(agent::liveness(observed).good);
}

}  // namespace
}  // namespace tizilim
