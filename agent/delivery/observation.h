#pragma once

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/processes.h"
#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/sync_snapshot.h"

#include <chrono>
#include <optional>
#include <string>

namespace tizilim::agent {

/// The agent at one moment: all that status, metrics and health are computed from.
struct Observation {
    std::string version;
    store::BookState book;
    store::ClockState clock;
    AgentFacts facts;
    AgentState state;
    store::StoreFigures figures;
    store::ForeignFigures foreign;
    platform::LinkCounters traffic_today;  ///< of the civil day, through restarts
    BackupState backup;
    store::TimestampState timestamps;
    Processes processes;
};

/// \throws StoreError when the register can't be read
[[nodiscard]] Observation observe(const store::Register& registry, DeliveryWatch& watch,
                                  const store::SyncSnapshot& sync, const BackupState& backup,
                                  Processes processes = {});

/// Of an agent whose folder holds no register, at `facts.now`: nothing is recorded.
[[nodiscard]] Observation observe_without_register(AgentFacts facts, Processes processes);

struct Health {
    bool good = true;
    std::optional<platform::Message> reason;  ///< nothing when good
};

/// A step that runs longer than this hangs: every request in it has a deadline well below.
inline constexpr std::chrono::minutes kStepMax{10};
/// A step that is due for this long and was not begun: the loop is dead.
inline constexpr std::chrono::minutes kOverdueMax{1};

/// A backup may be late by so much before a person is told: longer than a retry takes.
inline constexpr std::chrono::hours kBackupLateMax{2};

/// Whether times that are recorded now can be relied on.
[[nodiscard]] Health clock_health(const store::ClockState& clock);

/// Why backups need a person; nothing: they don't. Names no folder: anyone may read it.
[[nodiscard]] std::optional<platform::Message> backup_problem(const BackupState& backup,
                                                              const AgentFacts& facts);

/// Says that foreign documents are left out, for a bound; nothing: none are. Names no figure: the
/// bounds tell how many entries there are.
[[nodiscard]] std::optional<platform::Message> foreign_problem(
    const store::ForeignFigures& foreign);

/// Whether delivery makes steps: restart the process if not.
[[nodiscard]] Health liveness(const Observation& observed);
/// Whether the register is sound and takes entries.
[[nodiscard]] Health readiness(const Observation& observed);

}  // namespace tizilim::agent
