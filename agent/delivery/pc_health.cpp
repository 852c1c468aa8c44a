#include "agent/delivery/pc_health.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/status.h"
#include "store/replication/replication.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace tizilim::agent {
namespace {

std::string state_code(const AgentFacts& facts) {
    if (facts.sync.pause_reason) return "paused";
    if (const auto fault = trouble(facts)) return std::string(state_name(*fault));
    if (facts.balance.pending + facts.balance.sent > 0) return "pending";
    if (facts.balance.quarantined > 0) return "quarantined";
    return facts.balance.conflicts > 0 ? "conflicts" : "well";
}

}  // namespace

store::PcHealth pc_health(const AgentFacts& facts, const BackupState& backup) {
    store::PcHealth health{
        .version = TIZILIM_VERSION,
        .state = state_code(facts),
        .waiting = std::chrono::seconds(oldest_pending_seconds(facts)),
        .balance_error = static_cast<std::uint64_t>(std::abs(facts.balance.error()))};
    if (backup.last_at)
        health.backup_age = std::chrono::floor<std::chrono::seconds>(
            std::max(facts.wall_now - *backup.last_at, std::chrono::milliseconds(0)));
    return health;
}

}  // namespace tizilim::agent
