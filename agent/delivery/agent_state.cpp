#include "agent/delivery/agent_state.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/link_state.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;

bool nothing_waits(const store::Balance& b) {
    return b.pending == 0 && b.sent == 0 && b.awaiting_signature == 0 && b.quarantined == 0 &&
           b.conflicts == 0;
}

bool exchanged_lately(const AgentFacts& facts) {
    const auto age = exchange_age(facts);
    if (!age || !facts.sync.link) return false;
    // On a link that costs, looks are fewer than configured.
    std::chrono::milliseconds interval = facts.sync.poll_interval;
    if (facts.sync.link->poll_interval > interval) interval = facts.sync.link->poll_interval;
    return *age < 2 * interval;
}

std::optional<State> failure(store::Outcome outcome) {
    switch (outcome) {
        case store::Outcome::unauthorized:
            return State::unauthorized;
        case store::Outcome::captive_portal:
            return State::captive_portal;
        case store::Outcome::offline:
            return State::offline;
        case store::Outcome::refused:
            return State::refused;
        case store::Outcome::progress:
        case store::Outcome::idle:
            return {};
    }
    return {};
}

/// Both, one after the other; `first` may be nothing.
Message joined(std::optional<Message> first, Message second) {
    if (!first) return second;
    return {"status.both",
            {{"first", platform::as_json(*first)}, {"second", platform::as_json(second)}}};
}

/// What it means for a person; the messages `link_fault.<state>` with a reason.
Message failure_reason(State state, const store::LinkState& link, const AgentFacts& facts) {
    Message reason{"link_state." + std::string(state_name(state))};
    const auto& why = link.reason;
    if (why && link.failing_since) {
        reason = {"link_since." + std::string(state_name(state)),
                  {{"since", platform::format_time(*link.failing_since, facts.utc_offset)},
                   {"why", platform::as_json(*why)}}};
    } else if (why) {
        reason = {"status.state_and_why",
                  {{"state", platform::as_json(reason)}, {"why", platform::as_json(*why)}}};
    }
    if (!store::is_scheduled(link.next.at, facts.now)) return reason;
    const auto next = wall_time_at(link.next.at, facts.now, facts.wall_now);
    return {"status.next_try",
            {{"state", platform::as_json(reason)},
             {"at", platform::format_time(next, facts.utc_offset)}}};
}

/// What waits, the most pressing first.
Message waiting_reason(const AgentFacts& facts) {
    const store::Balance& b = facts.balance;
    const std::vector<std::pair<const char*, std::uint64_t>> counts{
        {"status.to_send", b.pending},
        {"status.to_confirm", b.sent},
        {"status.to_sign", b.awaiting_signature},
        {"status.in_quarantine", b.quarantined},
        {"status.in_conflict", b.conflicts}};
    std::optional<Message> reason;
    for (const auto& [code, count] : counts)
        if (count > 0) reason = joined(std::move(reason), {code, {{"count", count}}});
    if (reason) return *std::move(reason);
    if (last_exchange_failed(facts)) return {"status.last_exchange_failed"};
    if (!exchange_age(facts)) return {"status.no_exchange_yet"};
    return {"status.exchange_too_old"};
}

bool is_stuck(const AgentFacts& facts) {
    return standstill(facts) > kStuckAfter;
}

Message standstill_reason(const Message& waiting, const AgentFacts& facts) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(standstill(facts)).count();
    return {"status.no_progress", {{"waiting", platform::as_json(waiting)}, {"minutes", minutes}}};
}

/// Without what else needs a person.
AgentState delivery_state(const AgentFacts& facts) {
    if (facts.sync.pause_reason) return {.state = State::paused, .reason = facts.sync.pause_reason};
    const bool failed = last_exchange_failed(facts);
    if (nothing_waits(facts.balance) && exchanged_lately(facts) && !failed &&
        !facts.sync.store_problem)
        return {.state = State::synced, .reason = {}};
    const Message waiting = waiting_reason(facts);
    if (const auto fault = facts.sync.link ? failure(facts.sync.link->outcome) : std::nullopt)
        return {.state = *fault, .reason = failure_reason(*fault, *facts.sync.link, facts)};
    if (facts.sync.store_problem)
        return {.state = State::stuck, .reason = facts.sync.store_problem};
    if (is_stuck(facts))
        return {.state = State::stuck, .reason = standstill_reason(waiting, facts)};
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
        case State::no_register:
            return "no_register";
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
    if (!facts.sync.link || !facts.sync.link->succeeded_at || facts.sync.link->failing_since)
        return {};
    if (facts.balance.pending + facts.balance.sent == 0) return {};
    const auto progressed_at = facts.sync.link->progressed_at.value_or(facts.started_at);
    platform::Instant::duration still = facts.now - progressed_at;
    if (facts.balance.oldest_pending_at)
        still = std::min<platform::Instant::duration>(
            still, facts.wall_now - *facts.balance.oldest_pending_at);
    // What was delivered waits again when the peer was restored: nobody is late with it yet.
    if (facts.waiting_since) still = std::min(still, facts.now - *facts.waiting_since);
    return std::max(still, platform::Instant::duration::zero());
}

std::optional<State> trouble(const AgentFacts& facts) {
    if (facts.sync.pause_reason) return {};
    if (facts.sync.link && facts.sync.link->failing_since) return failure(facts.sync.link->outcome);
    if (facts.sync.store_problem || is_stuck(facts)) return State::stuck;
    return {};
}

platform::WallTime wall_time_at(platform::Instant instant, platform::Instant now,
                                platform::WallTime wall_now) {
    return wall_now + std::chrono::duration_cast<std::chrono::milliseconds>(instant - now);
}

bool last_exchange_failed(const AgentFacts& facts) {
    if (!facts.sync.link) return false;
    if (facts.sync.link->failing_since || failure(facts.sync.link->outcome)) return true;
    return !facts.sync.link->succeeded_at && facts.earlier && facts.earlier->failed_since;
}

std::optional<platform::Instant::duration> exchange_age(const AgentFacts& facts) {
    if (!facts.sync.link) return {};
    if (facts.sync.link->succeeded_at) return facts.now - *facts.sync.link->succeeded_at;
    // A time that is still to come says that a clock was wrong, and nothing of how long ago it was.
    if (!facts.earlier || facts.earlier->succeeded_at > facts.wall_now) return {};
    return facts.wall_now - facts.earlier->succeeded_at;
}

AgentState agent_state(const AgentFacts& facts) {
    AgentState state = delivery_state(facts);
    for (const auto* problem : {&facts.backup_problem, &facts.foreign_problem})
        if (*problem) state.reason = joined(std::move(state.reason), **problem);
    return state;
}

}  // namespace tizilim::agent
