#pragma once

#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "platform/clock.h"
#include "platform/text/message.h"

#include <optional>
#include <string>

namespace tizilim::support {

/// That time of 2 November 2026 at UTC+05:00.
[[nodiscard]] platform::WallTime wall_time(int hour, int minute);

/// 20 entries delivered, 5 that stay, all as it should be.
[[nodiscard]] agent::AgentFacts synced_facts();

/// The same with 3 entries in the outbox, the peer answering.
[[nodiscard]] agent::AgentFacts waiting_facts();

[[nodiscard]] agent::Observation observation_of(const agent::AgentFacts& facts);

/// In English; empty for nothing.
[[nodiscard]] std::string said(const std::optional<platform::Message>& message);

}  // namespace tizilim::support
