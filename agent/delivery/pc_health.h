#pragma once

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "store/replication/replication.h"

namespace tizilim::agent {

/// What the centre is told of this PC (sync/README.md, "Health"). Depends on nothing that stays
/// here: neither `local` entries nor unsigned ones, which may yet be told to stay.
[[nodiscard]] store::PcHealth pc_health(const AgentFacts& facts, const BackupState& backup);

}  // namespace tizilim::agent
