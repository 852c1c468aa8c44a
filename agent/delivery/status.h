#pragma once

#include "agent/delivery/backup_state.h"
#include "agent/delivery/observation.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"

#include <cstdint>

namespace tizilim::agent {

/// Who asks. A stranger is anyone on this machine: he sees counts of what may leave, no more.
enum class Audience { stranger, owner };

/// How long the oldest entry in the outbox waits; 0 while none does.
[[nodiscard]] std::int64_t oldest_pending_seconds(const AgentFacts& facts);

/// How the last drill of a backup went; null: there was none.
[[nodiscard]] platform::JsonValue drill_json(const DrillState& drill, platform::UtcOffset offset);

/// The JSON of `/status` (the root's README.md, "Operate"). What has no value yet is null.
[[nodiscard]] platform::JsonObject status_json(const Observation& observed, Audience audience);

}  // namespace tizilim::agent
