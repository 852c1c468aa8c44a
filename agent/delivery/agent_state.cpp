#include "agent/delivery/agent_state.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "sync/replicator.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

/// What is further away is never meant as a time.
constexpr std::chrono::hours kScheduleMax{24 * 366};

bool nothing_waits(const store::Balance& b) {
    return b.pending == 0 && b.sent == 0 && b.awaiting_signature == 0 && b.quarantined == 0 &&
           b.conflicts == 0;
}

bool exchanged_lately(const AgentFacts& facts) {
    const auto age = exchange_age(facts);
    if (!age || !facts.link) return false;
    // On a link that costs, looks are fewer than configured.
    std::chrono::milliseconds interval = facts.poll_interval;
    if (facts.link->poll_interval > interval) interval = facts.link->poll_interval;
    return *age < 2 * interval;
}

std::optional<State> failure(sync::Outcome outcome) {
    switch (outcome) {
        case sync::Outcome::unauthorized:
            return State::unauthorized;
        case sync::Outcome::captive_portal:
            return State::captive_portal;
        case sync::Outcome::offline:
            return State::offline;
        case sync::Outcome::refused:
            return State::refused;
        case sync::Outcome::progress:
        case sync::Outcome::idle:
            return {};
    }
    return {};
}

std::string failure_reason(State state, const sync::LinkState& link, const AgentFacts& facts) {
    std::string reason{state_name(state)};
    std::replace(reason.begin(), reason.end(), '_', ' ');
    if (link.failing_since) reason += " since " + time_of_day(*link.failing_since, facts);
    if (link.reason) reason += ": " + platform::in_english(*link.reason);
    if (is_scheduled(link.next.at, facts.now))
        reason += "; next try " +
                  time_of_day(wall_time_at(link.next.at, facts.now, facts.wall_now), facts);
    return reason;
}

std::string entries(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " entry" : " entries");
}

void add_waiting(std::string& reason, std::uint64_t count, std::string_view what) {
    if (count == 0) return;
    if (!reason.empty()) reason += "; ";
    (reason += entries(count) + ' ') += what;
}

/// What waits, the most pressing first.
std::string waiting_reason(const AgentFacts& facts) {
    const store::Balance& b = facts.balance;
    std::string reason;
    add_waiting(reason, b.pending, "to be sent");
    add_waiting(reason, b.sent, "sent, to be confirmed by the unified system");
    add_waiting(reason, b.awaiting_signature, "without the lawyer's signature");
    add_waiting(reason, b.quarantined, "refused by the unified system, in quarantine");
    add_waiting(reason, b.conflicts, "in conflict, for the lawyer to decide");
    if (!reason.empty()) return reason;
    if (last_exchange_failed(facts)) return "the last exchange with the unified system failed";
    if (!exchange_age(facts)) return "waiting for the first exchange with the unified system";
    return "the last exchange with the unified system was too long ago";
}

bool is_stuck(const AgentFacts& facts) {
    return standstill(facts) > kStuckAfter;
}

std::string standstill_text(const AgentFacts& facts) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(standstill(facts)).count();
    return "; no progress for " + std::to_string(minutes) +
           " min although the unified system answers";
}

/// Without what else needs a person.
AgentState delivery_state(const AgentFacts& facts) {
    if (!facts.pause_reason.empty()) return {.state = State::paused, .reason = facts.pause_reason};
    const bool failed = last_exchange_failed(facts);
    if (nothing_waits(facts.balance) && exchanged_lately(facts) && !failed &&
        facts.store_problem.empty())
        return {.state = State::synced, .reason = {}};
    const std::string waiting = waiting_reason(facts);
    if (const auto fault = facts.link ? failure(facts.link->outcome) : std::nullopt)
        return {.state = *fault, .reason = failure_reason(*fault, *facts.link, facts)};
    if (!facts.store_problem.empty()) return {.state = State::stuck, .reason = facts.store_problem};
    if (is_stuck(facts)) return {.state = State::stuck, .reason = waiting + standstill_text(facts)};
    return {.state = State::pending, .reason = waiting};
}

}  // namespace

std::string_view state_name(State state) {
    switch (state) {
        case State::synced:
            return "synced";
        case State::paused:
            return "paused";
        case State::unauthorized:
            return "unauthorized";
        case State::captive_portal:
            return "captive_portal";
        case State::offline:
            return "offline";
        case State::refused:
            return "refused";
        case State::stuck:
            return "stuck";
        case State::pending:
            return "pending";
    }
    CHECK(false);
}

std::optional<State> state_named(std::string_view name) {
    const auto* const found = std::find_if(kAllStates.begin(), kAllStates.end(),
                                           [&](State state) { return state_name(state) == name; });
    return found == kAllStates.end() ? std::nullopt : std::optional(*found);
}

platform::Instant::duration standstill(const AgentFacts& facts) {
    // Only of a peer that answered is it known that it does.
    if (!facts.link || !facts.link->succeeded_at || facts.link->failing_since) return {};
    if (facts.balance.pending + facts.balance.sent == 0) return {};
    const auto progressed_at = facts.link->progressed_at.value_or(facts.started_at);
    platform::Instant::duration still = facts.now - progressed_at;
    if (facts.balance.oldest_pending_at)
        still = std::min<platform::Instant::duration>(
            still, facts.wall_now - *facts.balance.oldest_pending_at);
    // What was delivered waits again when the peer was restored: nobody is late with it yet.
    if (facts.waiting_since) still = std::min(still, facts.now - *facts.waiting_since);
    return std::max(still, platform::Instant::duration::zero());
}

std::optional<State> trouble(const AgentFacts& facts) {
    if (!facts.pause_reason.empty()) return {};
    if (facts.link && facts.link->failing_since) return failure(facts.link->outcome);
    if (!facts.store_problem.empty() || is_stuck(facts)) return State::stuck;
    return {};
}

bool is_scheduled(platform::Instant at, platform::Instant now) {
    return at > now && at < now + kScheduleMax;
}

platform::WallTime wall_time_at(platform::Instant instant, platform::Instant now,
                                platform::WallTime wall_now) {
    return wall_now + std::chrono::duration_cast<std::chrono::milliseconds>(instant - now);
}

std::string time_of_day(platform::WallTime time, const AgentFacts& facts) {
    constexpr std::size_t kTimeAt = std::string_view("2025-11-03T").size();
    const std::string full = platform::format_time(time, facts.utc_offset);
    const std::string clock = full.substr(kTimeAt, std::string_view("14:02").size());
    const bool is_today = platform::civil_day(time, facts.utc_offset) ==
                          platform::civil_day(facts.wall_now, facts.utc_offset);
    return is_today ? clock : full.substr(0, kTimeAt - 1) + ' ' + clock;
}

bool last_exchange_failed(const AgentFacts& facts) {
    if (!facts.link) return false;
    if (facts.link->failing_since || failure(facts.link->outcome)) return true;
    return !facts.link->succeeded_at && facts.earlier && facts.earlier->failed_since;
}

std::optional<platform::Instant::duration> exchange_age(const AgentFacts& facts) {
    if (!facts.link) return {};
    if (facts.link->succeeded_at) return facts.now - *facts.link->succeeded_at;
    // A time that is still to come says that a clock was wrong, and nothing of how long ago it was.
    if (!facts.earlier || facts.earlier->succeeded_at > facts.wall_now) return {};
    return facts.wall_now - facts.earlier->succeeded_at;
}

AgentState agent_state(const AgentFacts& facts) {
    AgentState state = delivery_state(facts);
    for (const std::string* problem : {&facts.backup_problem, &facts.foreign_problem}) {
        if (problem->empty()) continue;
        if (!state.reason.empty()) state.reason += "; ";
        state.reason += *problem;
    }
    return state;
}

}  // namespace tizilim::agent
