#include "agent/delivery/observation.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/sync_snapshot.h"
#include "platform/clock.h"
#include "platform/text/message.h"
#include "store/register/register.h"

#include <chrono>
#include <string>

namespace tizilim::agent {
namespace {

/// "2 h": in the largest unit of which there are two or more.
std::string in_words(std::chrono::seconds time) {
    using std::chrono::floor;
    if (time >= std::chrono::days(2))
        return std::to_string(floor<std::chrono::days>(time).count()) + " d";
    if (time >= std::chrono::hours(2))
        return std::to_string(floor<std::chrono::hours>(time).count()) + " h";
    if (time >= std::chrono::minutes(2))
        return std::to_string(floor<std::chrono::minutes>(time).count()) + " min";
    return std::to_string(time.count()) + " s";
}

}  // namespace

Observation observe(const store::Register& registry, DeliveryWatch& watch, const SyncSnapshot& sync,
                    const BackupState& backup) {
    Observation observed;
    observed.version = TIZILIM_VERSION;
    observed.book = registry.book();
    observed.clock = registry.clock_state();
    observed.figures = registry.figures();
    observed.foreign = registry.foreign_figures();
    observed.sync = sync;
    observed.backup = backup;
    observed.traffic_today = watch.traffic_today();
    observed.facts = watch.facts(observed.sync);
    observed.facts.backup_problem = backup_problem(observed.backup, observed.facts);
    observed.facts.foreign_problem = foreign_problem(observed.foreign);
    // Not only when the next step meets it.
    if (const auto place = registry.place_problem())
        observed.facts.store_problem = platform::in_english(*place);
    observed.state = agent_state(observed.facts);
    return observed;
}

Health clock_health(const store::ClockState& clock) {
    std::string reason;
    if (clock.behind_peer)
        reason = "this computer's clock is " + in_words(std::chrono::abs(*clock.behind_peer)) +
                 (clock.behind_peer->count() > 0 ? " behind" : " ahead of") +
                 " the unified system's";
    if (clock.went_back) {
        reason += reason.empty() ? "this computer's clock went back" : ", and went back";
        reason += ": it shows a time before the last that the register knows";
    }
    if (reason.empty()) return {};
    return {.good = false, .reason = reason + "; correct it"};
}

std::string backup_problem(const BackupState& backup, const AgentFacts& facts) {
    const std::string last = backup.last_at
                                 ? "the last good one is of " + time_of_day(*backup.last_at, facts)
                                 : "there never was a good one";
    if (!backup.failed.empty()) return "the last backup failed; " + last;
    if (overdue(backup, facts.wall_now) > kBackupLateMax)
        return "a backup is due and was not made; " + last;
    return {};
}

std::string foreign_problem(const store::ForeignFigures& foreign) {
    if (foreign.left_out == 0) return {};
    return "others wrote more documents at the unified system than are stored here: further ones "
           "are left out, recording and delivery go on; `tizilim conflicts --drop-foreign`";
}

Health liveness(const Observation& observed) {
    const platform::Instant now = observed.facts.now;
    const SyncSnapshot& sync = observed.sync;
    if (sync.stepping_since) {
        if (now - *sync.stepping_since <= kStepMax) return {};
        return {.good = false, .reason = "a delivery step hangs: restart tizilimd"};
    }
    // Whatever the schedule says: something waits, nothing is known against the link, no step is
    // made.
    if (sync.pause_reason.empty() && standstill(observed.facts) > kStuckAfter && sync.stepped_at &&
        now - *sync.stepped_at > kStuckAfter)
        return {
            .good = false,
            .reason = "entries wait and nothing has been tried for " +
                      in_words(std::chrono::floor<std::chrono::seconds>(now - *sync.stepped_at)) +
                      ": restart tizilimd"};
    if (!sync.pause_reason.empty() || !sync.due_at || now - *sync.due_at <= kOverdueMax) return {};
    return {.good = false, .reason = "delivery does not run although it is due: restart tizilimd"};
}

Health readiness(const Observation& observed) {
    if (observed.facts.balance.error() != 0)
        return {.good = false,
                .reason =
                    "the balance of entries is wrong: run `tizilim verify` and keep the "
                    "register folder as it is"};
    if (observed.book.problem)
        return {.good = false, .reason = platform::in_english(*observed.book.problem)};
    if (!observed.facts.store_problem.empty())
        return {.good = false, .reason = observed.facts.store_problem};
    return {};
}

}  // namespace tizilim::agent
