#include "agent/status.h"

#include "agent/observation.h"
#include "platform/json.h"
#include "tests/unit/agent/observations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using agent::Audience;
using testing::HasSubstr;
using testing::Not;

TEST(Status, HasTheShapeOfTheDesign) {
    const auto observed = support::observation_of(support::waiting_facts());

    const std::string json = platform::to_json(agent::status_json(observed, Audience::owner));

    EXPECT_EQ(json, R"({"agent":{"version":"1.0.0","uptimeSeconds":3600,"book":"K7ABCDEFGH"},)"
                    R"("state":"pending","reason":"3 entries to be sent",)"
                    R"("entries":{"recorded":25,"local":5,"unsigned":0,"pending":3,"sent":0,)"
                    R"("delivered":17,"quarantined":0},)"
                    R"("balanceError":0,"conflicts":0,"oldestPendingSeconds":60,)"
                    R"("lastVerifiedAt":"2026-11-02T13:59:00+05:00",)"
                    R"("next":{"at":"2026-11-02T14:29:00+05:00","why":"poll"},)"
                    R"("link":{"requests":9,"bytesUp":4210,"bytesDown":980},)"
                    R"("store":{"bytes":1048576,"reserveBytes":8388608},)"
                    R"("backup":{"lastAt":null,"failed":""}})");
}

TEST(Status, TellsAStrangerNothingOfWhatStays) {
    const auto observed = support::observation_of(support::waiting_facts());

    const std::string json = platform::to_json(agent::status_json(observed, Audience::stranger));

    for (const char* name : {"recorded", "local", "store", "backup"})
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
    facts.link.reset();
    facts.pause_reason = "no unified.url configured";

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

TEST(Liveness, IsGoodWhileTheNextStepIsAhead) {
    EXPECT_TRUE(agent::liveness(support::observation_of(support::waiting_facts())).good);
}

TEST(Liveness, IsBadWhenAStepHangs) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.sync.stepping_since = observed.facts.now - agent::kStepMax - 1s;

    EXPECT_FALSE(agent::liveness(observed).good);
}

TEST(Liveness, IsBadWhenAStepIsOverdue) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.sync.due_at = observed.facts.now - agent::kOverdueMax - 1s;

    EXPECT_FALSE(agent::liveness(observed).good);
}

TEST(Liveness, IsGoodWhilePaused) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.sync.due_at = observed.facts.now - 1h;
    observed.sync.pause_reason = "by a person";

    EXPECT_TRUE(agent::liveness(observed).good);
}

TEST(Readiness, IsBadWithAWrongBalance) {
    auto facts = support::waiting_facts();
    ++facts.balance.delivered;

    EXPECT_FALSE(agent::readiness(support::observation_of(facts)).good);
}

TEST(Readiness, IsBadWhenTheRegisterFailsTheDelivery) {
    auto facts = support::waiting_facts();
    facts.store_problem = "the disk is full";

    EXPECT_EQ(agent::readiness(support::observation_of(facts)).reason, "the disk is full");
}

}  // namespace
}  // namespace tizilim
