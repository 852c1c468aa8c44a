#pragma once

#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/sync_snapshot.h"

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace tizilim::agent {

/// The agent as a whole (the root's README.md, "Operate").
enum class State {
    synced,
    paused,
    unauthorized,
    captive_portal,
    offline,
    refused,
    stuck,
    pending,
    no_register  ///< the folder holds none yet
};

inline constexpr std::array kAllStates{State::synced,         State::paused,  State::unauthorized,
                                       State::captive_portal, State::offline, State::refused,
                                       State::stuck,          State::pending, State::no_register};

[[nodiscard]] std::string_view state_name(State state);  ///< "captive_portal"

/// Entries wait, the peer answers, and nothing moved for this long: a person should look. Longer
/// than a batch takes on the slowest link we serve.
inline constexpr std::chrono::minutes kStuckAfter{15};

/// The last successful exchange before the agent was started or configured anew (ExchangeMemory).
struct EarlierExchange {
    platform::WallTime succeeded_at{};
    bool failed_since = false;  ///< the last try after it failed
};

/// All that the state is computed from.
struct AgentFacts {
    store::Balance balance;
    store::SyncSnapshot sync;
    /// Nothing: there was none, or this computer's clock went back, so its age is not known.
    std::optional<EarlierExchange> earlier{};
    std::optional<platform::Message> backup_problem{};   ///< backup_problem()
    std::optional<platform::Message> foreign_problem{};  ///< foreign_problem()
    platform::UtcOffset utc_offset{};
    /// Since when entries have been pending or sent; nothing: none are.
    std::optional<platform::Instant> waiting_since{};
    platform::Instant started_at{};
    platform::Instant now{};
    platform::WallTime wall_now{};
};

struct AgentState {
    State state = State::pending;
    /// Nothing when synced and nothing else needs a person.
    std::optional<platform::Message> reason;
};

/// A pure function: `synced` follows from the facts, never from the last event. Of a register.
[[nodiscard]] AgentState agent_state(const AgentFacts& facts);

/// Whether the last exchange failed, also for some entries while others were sent.
[[nodiscard]] bool last_exchange_failed(const AgentFacts& facts);

/// The age of the last successful exchange, also through a restart; nothing: none, or not known.
[[nodiscard]] std::optional<platform::Instant::duration> exchange_age(const AgentFacts& facts);

/// The reverse of state_name().
[[nodiscard]] std::optional<State> state_named(std::string_view name);

/// Why the unified system can't be used now: offline, captive_portal, unauthorized, refused or
/// stuck. Nothing: no fault is known, or delivery is paused. Unlike agent_state(), all but stuck
/// are independent of what waits.
[[nodiscard]] std::optional<State> trouble(const AgentFacts& facts);

/// How long nothing has moved although entries wait and the peer answers; zero while the link fails
/// or was not tried.
[[nodiscard]] platform::Instant::duration standstill(const AgentFacts& facts);

/// `instant` as a wall time.
[[nodiscard]] platform::WallTime wall_time_at(platform::Instant instant, platform::Instant now,
                                              platform::WallTime wall_now);

}  // namespace tizilim::agent
