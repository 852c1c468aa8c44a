#include "agent/delivery/observation.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/processes.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/sync_snapshot.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::Message;

/// "2 h": in the largest unit of which there are two or more.
platform::JsonObject in_words(std::chrono::seconds time) {
    using std::chrono::floor;
    Message words{"time.seconds", {{"count", time.count()}}};
    if (time >= std::chrono::days(2)) {
        words = {"time.days", {{"count", floor<std::chrono::days>(time).count()}}};
    } else if (time >= std::chrono::hours(2)) {
        words = {"time.hours", {{"count", floor<std::chrono::hours>(time).count()}}};
    } else if (time >= std::chrono::minutes(2)) {
        words = {"time.minutes", {{"count", floor<std::chrono::minutes>(time).count()}}};
    }
    return platform::as_json(words);
}

}  // namespace

Observation observe(const store::Register& registry, DeliveryWatch& watch,
                    const store::SyncSnapshot& sync, const BackupState& backup,
                    Processes processes) {
    Observation observed;
    observed.version = TIZILIM_VERSION;
    observed.book = registry.book();
    observed.clock = registry.clock_state();
    observed.figures = registry.figures();
    observed.foreign = registry.foreign_figures();
    observed.backup = backup;
    observed.timestamps = registry.timestamp_state();
    observed.processes = std::move(processes);
    observed.traffic_today = watch.traffic_today();
    observed.facts = watch.facts(sync);
    observed.facts.backup_problem = backup_problem(observed.backup, observed.facts);
    observed.facts.foreign_problem = foreign_problem(observed.foreign);
    // Not only when the next step meets it.
    if (auto place = registry.path_problem()) observed.facts.sync.store_problem = std::move(place);
    observed.state = agent_state(observed.facts);
    return observed;
}

Observation observe_without_register(AgentFacts facts, Processes processes) {
    Observation observed;
    observed.version = TIZILIM_VERSION;
    observed.facts = std::move(facts);
    observed.state = {.state = State::no_register, .reason = Message{"register.none"}};
    observed.processes = std::move(processes);
    return observed;
}

Health clock_health(const store::ClockState& clock) {
    if (!clock.behind_peer) {
        if (!clock.went_back) return {};
        return {.good = false, .reason = Message{"clock.went_back"}};
    }
    const char* const behind = clock.went_back ? "clock.behind_and_back" : "clock.behind";
    const char* const ahead = clock.went_back ? "clock.ahead_and_back" : "clock.ahead";
    return {.good = false,
            .reason = Message{clock.behind_peer->count() > 0 ? behind : ahead,
                              {{"by", in_words(std::chrono::abs(*clock.behind_peer))}}}};
}

std::optional<Message> backup_problem(const BackupState& backup, const AgentFacts& facts) {
    const auto with_last = [&](const char* after_one, const char* after_none) -> Message {
        if (!backup.last_at) return {after_none};
        return {after_one, {{"at", platform::format_time(*backup.last_at, facts.utc_offset)}}};
    };
    if (backup.failed) return with_last("backup.failed", "backup.failed_as_ever");
    if (overdue(backup, facts.wall_now) > kBackupLateMax)
        return with_last("backup.overdue", "backup.overdue_since_ever");
    if (backup.drill.failed) return Message{"backup.drill_failed"};
    return {};
}

std::optional<Message> foreign_problem(const store::ForeignFigures& foreign) {
    if (foreign.left_out == 0) return {};
    return Message{"foreign.left_out"};
}

Health liveness(const Observation& observed) {
    const platform::Instant now = observed.facts.now;
    const store::SyncSnapshot& sync = observed.facts.sync;
    if (sync.stepping_since) {
        if (now - *sync.stepping_since <= kStepMax) return {};
        return {.good = false, .reason = Message{"health.step_hangs"}};
    }
    // Whatever the schedule says: something waits, nothing is known against the link, no step is
    // made.
    const auto since_step = now - sync.stepped_at.value_or(now);
    if (!sync.pause_reason && standstill(observed.facts) > kStuckAfter && since_step > kStuckAfter)
        return {.good = false,
                .reason = Message{
                    "health.nothing_tried",
                    {{"time", in_words(std::chrono::floor<std::chrono::seconds>(since_step))}}}};
    if (sync.pause_reason || now - sync.due_at.value_or(now) <= kOverdueMax) return {};
    return {.good = false, .reason = Message{"health.delivery_stands"}};
}

Health readiness(const Observation& observed) {
    if (observed.state.state == State::no_register)
        return {.good = false, .reason = observed.state.reason};
    if (observed.facts.balance.error() != 0)
        return {.good = false, .reason = Message{"health.balance_wrong"}};
    if (observed.book.problem) return {.good = false, .reason = observed.book.problem};
    if (observed.facts.sync.store_problem)
        return {.good = false, .reason = observed.facts.sync.store_problem};
    return {};
}

}  // namespace tizilim::agent
