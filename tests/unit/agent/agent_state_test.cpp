#include "agent/delivery/agent_state.h"

#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/link_state.h"
#include "tests/unit/agent/observations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using agent::State;
using platform::as_it_stands;
using testing::HasSubstr;

TEST(AgentState, IsSyncedWhenNothingWaitsAndTheExchangeIsFresh) {
    const auto facts = support::synced_facts();

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::synced);
    EXPECT_EQ(support::said(state.reason), "");
}

TEST(AgentState, IsNotSyncedTwoPollIntervalsAfterTheLastExchange) {
    auto facts = support::synced_facts();
    facts.now = *facts.sync.link->succeeded_at + 2 * facts.sync.poll_interval;

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::pending);
    EXPECT_THAT(support::said(state.reason), HasSubstr("too long ago"));
}

TEST(AgentState, IsNotSyncedBeforeTheFirstExchange) {
    auto facts = support::synced_facts();
    facts.sync.link->succeeded_at.reset();

    EXPECT_EQ(agent::agent_state(facts).state, State::pending);
    EXPECT_THAT(support::said(agent::agent_state(facts).reason), HasSubstr("first exchange"));
}

TEST(AgentState, IsNotSyncedWithOneEntryInAnyWaitingState) {
    for (const auto member :
         {&store::Balance::pending, &store::Balance::sent, &store::Balance::awaiting_signature,
          &store::Balance::quarantined, &store::Balance::conflicts}) {
        auto facts = support::synced_facts();
        facts.balance.*member = 1;

        const auto state = agent::agent_state(facts);

        EXPECT_EQ(state.state, State::pending);
        EXPECT_THAT(support::said(state.reason), HasSubstr("1 entry "));
    }
}

TEST(AgentState, NamesEverythingThatWaits) {
    auto facts = support::synced_facts();
    facts.balance.pending = 3;
    facts.balance.awaiting_signature = 2;

    EXPECT_EQ(support::said(agent::agent_state(facts).reason),
              "3 entries to be sent; 2 entries without the lawyer's signature");
}

TEST(AgentState, OfflineSaysSinceWhenWhyAndWhenNext) {
    auto facts = support::waiting_facts();
    facts.wall_now = support::wall_time(14, 20);
    facts.sync.link->outcome = store::Outcome::offline;
    facts.sync.link->failing_since = support::wall_time(14, 2);
    facts.sync.link->reason = platform::as_it_stands("name lookup failed");
    facts.sync.link->next.at = facts.now + 12min;

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::offline);
    EXPECT_EQ(support::said(state.reason),
              "offline since 02.11.2026 14:02: name lookup failed; next try 02.11.2026 14:32");
}

TEST(AgentState, OfflineSinceAnotherDayHasTheDate) {
    auto facts = support::waiting_facts();
    facts.wall_now = support::wall_time(14, 20);
    facts.sync.link->outcome = store::Outcome::offline;
    facts.sync.link->failing_since = support::wall_time(14, 2) - 24h;
    facts.sync.link->reason = platform::as_it_stands("name lookup failed");

    EXPECT_THAT(support::said(agent::agent_state(facts).reason),
                testing::StartsWith("offline since 01.11.2026 14:02: "));
}

TEST(AgentState, UnauthorizedHasNoNextTry) {
    auto facts = support::waiting_facts();
    facts.sync.link->outcome = store::Outcome::unauthorized;
    facts.sync.link->reason = platform::as_it_stands("wrong password");
    facts.sync.link->next.at = platform::Instant::max();

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::unauthorized);
    EXPECT_EQ(support::said(state.reason), "unauthorized: wrong password");
}

TEST(AgentState, FollowsTheOutcomeOfTheLink) {
    auto facts = support::waiting_facts();

    facts.sync.link->outcome = store::Outcome::captive_portal;
    EXPECT_EQ(agent::agent_state(facts).state, State::captive_portal);
    EXPECT_THAT(support::said(agent::agent_state(facts).reason), HasSubstr("captive portal"));
    facts.sync.link->outcome = store::Outcome::refused;
    EXPECT_EQ(agent::agent_state(facts).state, State::refused);
}

TEST(AgentState, PausedComesBeforeEveryFailure) {
    auto facts = support::waiting_facts();
    facts.sync.link->outcome = store::Outcome::unauthorized;
    facts.sync.pause_reason = as_it_stands("by a person");

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::paused);
    EXPECT_EQ(support::said(state.reason), "by a person");
}

TEST(AgentState, IsPausedThoughNothingWaitsAndTheExchangeIsFresh) {
    auto facts = support::synced_facts();
    facts.sync.pause_reason = as_it_stands("by a person");

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::paused);
    EXPECT_EQ(support::said(state.reason), "by a person");
}

TEST(AgentState, IsNotSyncedWhenTheLastExchangeFailedHoweverFreshTheOneBefore) {
    auto facts = support::synced_facts();
    facts.sync.link->outcome = store::Outcome::offline;
    facts.sync.link->failing_since = facts.wall_now - 10s;

    EXPECT_EQ(agent::agent_state(facts).state, State::offline);
}

/// As a start leaves it: the link knows of no exchange yet.
agent::AgentFacts restarted_facts(std::chrono::milliseconds ago, bool failed_since = false) {
    auto facts = support::synced_facts();
    facts.sync.link->succeeded_at.reset();
    facts.earlier = {.succeeded_at = facts.wall_now - ago, .failed_since = failed_since};
    return facts;
}

TEST(AgentState, IsSyncedAfterARestartWhileTheExchangeBeforeItIsFresh) {
    const auto facts = restarted_facts(59min);

    EXPECT_EQ(agent::agent_state(facts).state, State::synced);
    EXPECT_EQ(support::said(agent::agent_state(facts).reason), "");
}

TEST(AgentState, IsNotSyncedAfterARestartWhenTheExchangeBeforeItIsTwoPollsOld) {
    const auto state = agent::agent_state(restarted_facts(60min));

    EXPECT_EQ(state.state, State::pending);
    EXPECT_THAT(support::said(state.reason), HasSubstr("too long ago"));
}

TEST(AgentState, IsNotSyncedAfterARestartWhenTheLastExchangeBeforeItFailed) {
    const auto state = agent::agent_state(restarted_facts(1min, true));

    EXPECT_EQ(state.state, State::pending);
    EXPECT_THAT(support::said(state.reason),
                HasSubstr("the last exchange with the unified system failed"));
}

TEST(AgentState, TrustsNoExchangeThatIsStillToCome) {
    EXPECT_EQ(agent::agent_state(restarted_facts(-1min)).state, State::pending);
}

TEST(AgentState, IsNotSyncedAfterARestartWithAnEntryThatWaits) {
    auto facts = restarted_facts(1min);
    facts.balance.pending = 1;

    EXPECT_EQ(agent::agent_state(facts).state, State::pending);
}

TEST(AgentState, SaysThatABackupFailedWhateverTheStateIs) {
    auto synced = support::synced_facts();
    auto waiting = support::waiting_facts();
    synced.backup_problem = waiting.backup_problem = as_it_stands("the last backup failed");

    EXPECT_EQ(agent::agent_state(synced).state, State::synced);
    EXPECT_EQ(support::said(agent::agent_state(synced).reason), "the last backup failed");
    EXPECT_EQ(support::said(agent::agent_state(waiting).reason),
              "3 entries to be sent; the last backup failed");
}

TEST(AgentState, IsPausedWithoutAPeer) {
    auto facts = support::synced_facts();
    facts.sync.link.reset();
    facts.sync.pause_reason = as_it_stands("no unified.url configured");

    EXPECT_EQ(agent::agent_state(facts).state, State::paused);
}

TEST(AgentState, IsStuckWhenThePeerAnswersAndNothingMoves) {
    auto facts = support::waiting_facts();
    facts.sync.link->progressed_at = facts.now - agent::kStuckAfter - 1s;
    facts.balance.oldest_pending_at = facts.wall_now - agent::kStuckAfter - 1s;

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::stuck);
    EXPECT_THAT(support::said(state.reason), HasSubstr("no progress for 15 min"));
}

TEST(AgentState, IsNotStuckOverAnEntryThatIsNew) {
    auto facts = support::waiting_facts();
    facts.sync.link->progressed_at = facts.now - 3h;
    facts.balance.oldest_pending_at = facts.wall_now - 1min;

    EXPECT_EQ(agent::agent_state(facts).state, State::pending);
}

TEST(AgentState, IsNotStuckWhileItMoves) {
    auto facts = support::waiting_facts();
    facts.sync.link->progressed_at = facts.now - 1min;
    facts.balance.oldest_pending_at = facts.wall_now - 3h;

    EXPECT_EQ(agent::agent_state(facts).state, State::pending);
}

TEST(AgentState, IsStuckWhenTheRegisterFailsTheDelivery) {
    auto facts = support::synced_facts();
    facts.sync.store_problem = as_it_stands("the disk is full");

    const auto state = agent::agent_state(facts);

    EXPECT_EQ(state.state, State::stuck);
    EXPECT_EQ(support::said(state.reason), "the disk is full");
}

TEST(AgentState, IsNotStuckBeforeThePeerHasAnswered) {
    agent::AgentFacts facts = support::waiting_facts();
    facts.balance.oldest_pending_at = facts.wall_now - 5h;
    facts.sync.link = store::LinkState{};

    EXPECT_EQ(agent::agent_state(facts).state, State::pending);
    EXPECT_EQ(agent::standstill(facts), platform::Instant::duration::zero());
}

TEST(AgentState, IsNotStuckOverWhatWaitsAgainSinceAMoment) {
    agent::AgentFacts facts = support::synced_facts();
    facts.balance.sent = 20;
    facts.balance.delivered = 0;
    facts.sync.link->progressed_at = facts.now - 9h;
    facts.waiting_since = facts.now - 1min;
    EXPECT_EQ(agent::agent_state(facts).state, State::pending);

    facts.waiting_since = facts.now - 1h;
    EXPECT_EQ(agent::agent_state(facts).state, State::stuck);
}

TEST(AgentState, IsSyncedBetweenTheFewLooksOfALinkThatCosts) {
    agent::AgentFacts facts = support::synced_facts();
    facts.sync.link->succeeded_at = facts.now - 3h;
    EXPECT_EQ(agent::agent_state(facts).state, State::pending);

    facts.sync.link->poll_interval = 2h;
    EXPECT_EQ(agent::agent_state(facts).state, State::synced);
}

TEST(AgentState, IsInTroubleWhetherAnythingWaitsOrNot) {
    agent::AgentFacts facts = support::synced_facts();
    EXPECT_EQ(agent::trouble(facts), std::nullopt);
    facts.sync.link->outcome = store::Outcome::captive_portal;
    facts.sync.link->failing_since = facts.wall_now;
    EXPECT_EQ(agent::trouble(facts), State::captive_portal);
    EXPECT_EQ(agent::agent_state(facts).state, State::captive_portal);
    facts.sync.pause_reason = as_it_stands("by a person");
    EXPECT_EQ(agent::trouble(facts), std::nullopt);
}

}  // namespace
}  // namespace tizilim
