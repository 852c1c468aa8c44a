#pragma once

#include "platform/civil_time.h"
#include "platform/clock.h"
#include "store/register/register.h"
#include "sync/replicator.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// The agent as a whole (the root's README.md, "Operate").
enum class State { synced, paused, unauthorized, captive_portal, offline, refused, stuck, pending };

inline constexpr std::array kAllStates{State::synced,         State::paused,  State::unauthorized,
                                       State::captive_portal, State::offline, State::refused,
                                       State::stuck,          State::pending};

[[nodiscard]] std::string_view state_name(State state);  ///< "captive_portal"

/// Something waits, the peer answers, and nothing moved for this long: a person should look. Longer
/// than a batch takes on the slowest link we serve.
inline constexpr std::chrono::minutes kStuckAfter{15};

/// A successful exchange that is remembered from before the link as it is now: before a start of
/// the agent, or before it was configured anew.
struct EarlierExchange {
    platform::WallTime succeeded_at{};
    bool failed_since = false;  ///< what was tried after it, and before that, failed
};

/// All that the state is computed from.
struct AgentFacts {
    store::Balance balance;
    std::optional<sync::LinkState> link;  ///< nothing while no peer is configured
    /// Nothing: there was none, or this computer's clock can't tell how long ago it was.
    std::optional<EarlierExchange> earlier{};
    std::string pause_reason;       ///< empty: not paused
    std::string store_problem;      ///< of the last step, when the register failed it
    std::string backup_problem{};   ///< the last backup failed, or none was made in time
    std::string foreign_problem{};  ///< what others wrote there is left out: a bound is reached
    std::chrono::seconds poll_interval{1800};
    platform::UtcOffset utc_offset{};
    /// Since when something has been seen waiting to be sent or confirmed; nothing: nothing does.
    std::optional<platform::Instant> waiting_since{};
    platform::Instant started_at{};
    platform::Instant now{};
    platform::WallTime wall_now{};
};

struct AgentState {
    State state = State::pending;
    std::string reason;  ///< empty when synced and nothing else needs a person
};

/// `synced` is computed from what is there, never from the last event.
[[nodiscard]] AgentState agent_state(const AgentFacts& facts);

/// Whether the last exchange with the unified system failed, also while entries of another kind go.
[[nodiscard]] bool last_exchange_failed(const AgentFacts& facts);

/// How long ago the last successful exchange was, also through a restart; nothing: there was none,
/// or it is not known.
[[nodiscard]] std::optional<platform::Instant::duration> exchange_age(const AgentFacts& facts);

/// The one of that name, or nothing.
[[nodiscard]] std::optional<State> state_named(std::string_view name);

/// Why the unified system can't be used now, although delivery is not paused: offline,
/// captive_portal, unauthorized, refused or stuck. Nothing: nothing is known against it. Unlike the
/// state, it does not depend on whether anything waits.
[[nodiscard]] std::optional<State> trouble(const AgentFacts& facts);

/// How long nothing has moved although something waits and the peer answers; zero while the link
/// has a fault, or has not been tried.
[[nodiscard]] platform::Instant::duration standstill(const AgentFacts& facts);

/// What the clock on the wall will show at `instant`.
[[nodiscard]] platform::WallTime wall_time_at(platform::Instant instant, platform::Instant now,
                                              platform::WallTime wall_now);

/// "14:02", with the date in front when it is of another day than `facts.wall_now`.
[[nodiscard]] std::string time_of_day(platform::WallTime time, const AgentFacts& facts);

/// Whether a replicator's `at` is a time at all: Instant::max() is "not unasked".
[[nodiscard]] bool is_scheduled(platform::Instant at, platform::Instant now);

}  // namespace tizilim::agent
