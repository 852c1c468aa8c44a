#include "agent/delivery/pc_health.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "platform/text/message.h"
#include "store/replication/replication.h"
#include "tests/unit/agent/observations.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace tizilim {
namespace {

using agent::pc_health;

TEST(PcHealth, DependsOnNothingThatStaysHere) {
    const agent::AgentFacts facts = support::synced_facts();
    agent::AgentFacts more = facts;
    more.balance.local += 7;
    more.balance.awaiting_signature += 3;
    more.balance.recorded += 10;

    EXPECT_EQ(pc_health(facts, {}).state, "well");
    EXPECT_EQ(pc_health(more, {}), pc_health(facts, {}));
    EXPECT_EQ(agent::agent_state(more).state, agent::State::pending);
}

TEST(PcHealth, SaysWhatNeedsSomebody) {
    agent::AgentFacts facts = support::synced_facts();
    facts.balance.conflicts = 1;
    EXPECT_EQ(pc_health(facts, {}).state, "conflicts");
    facts.balance.quarantined = 1;
    EXPECT_EQ(pc_health(facts, {}).state, "quarantined");
    facts.balance.pending = 1;
    EXPECT_EQ(pc_health(facts, {}).state, "pending");
    EXPECT_NE(pc_health(facts, {}).balance_error, 0U);
    facts.sync.pause_reason = platform::as_it_stands("a person");
    EXPECT_EQ(pc_health(facts, {}).state, "paused");
}

TEST(PcHealth, SaysHowOldTheLastBackupIs) {
    const agent::AgentFacts facts = support::synced_facts();
    agent::BackupState backup;
    EXPECT_EQ(pc_health(facts, backup).backup_age, std::nullopt);

    backup.last_at = facts.wall_now - std::chrono::hours(5);

    EXPECT_EQ(pc_health(facts, backup).backup_age, std::chrono::hours(5));
}

}  // namespace
}  // namespace tizilim
