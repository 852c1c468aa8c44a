#include "agent/delivery/status.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/observation.h"
#include "agent/delivery/processes.h"
#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/link_state.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

JsonObject entries(const store::Balance& balance, Audience audience) {
    JsonObject json;
    if (audience == Audience::owner) {
        json.push_back({"recorded", balance.recorded});
        json.push_back({"local", balance.local});
    }
    json.push_back({"unsigned", balance.awaiting_signature});
    json.push_back({"pending", balance.pending});
    json.push_back({"sent", balance.sent});
    json.push_back({"delivered", balance.delivered});
    json.push_back({"quarantined", balance.quarantined});
    return json;
}

JsonValue time_or_null(const std::optional<platform::WallTime>& time, platform::UtcOffset offset) {
    if (!time) return {};
    return platform::format_time(*time, offset);
}

JsonObject traffic(const platform::LinkCounters& counters) {
    return {{"requests", counters.requests},
            {"bytesUp", counters.bytes_up},
            {"bytesDown", counters.bytes_down}};
}

JsonObject link(const Observation& observed) {
    const auto& state = observed.facts.sync.link;
    JsonObject json = traffic(observed.facts.sync.counters);
    json.push_back({"today", traffic(observed.traffic_today)});
    json.push_back({"failures", state ? state->failures : 0});
    json.push_back({"skipped", state ? state->skipped : 0});
    json.push_back({"answered", state && state->succeeded_at.has_value()});
    json.push_back({"certificateEndsAt", time_or_null(observed.facts.sync.certificate_ends_at,
                                                      observed.facts.utc_offset)});
    platform::append_message(json, "failed", state ? state->reason : std::nullopt);
    return json;
}

JsonValue next(const Observation& observed) {
    const AgentFacts& facts = observed.facts;
    const auto& due_at = observed.facts.sync.due_at;
    if (facts.sync.pause_reason || !due_at) return {};
    JsonObject json{{"at", JsonValue()}};
    if (store::is_scheduled(*due_at, facts.now) || *due_at <= facts.now) {
        const auto at = wall_time_at(std::max(*due_at, facts.now), facts.now, facts.wall_now);
        json.front().value = platform::format_time(at, facts.utc_offset);
    }
    platform::append_message(
        json, "why", facts.sync.link ? std::optional(facts.sync.link->next.why) : std::nullopt);
    return json;
}

JsonObject clock(const Health& health) {
    JsonObject json{{"good", health.good}};
    platform::append_message(json, "reason", health.reason);
    return json;
}

/// Null while there is no register.
JsonValue label(const store::BookState& state) {
    return state.label.empty() ? JsonValue() : JsonValue(state.label);
}

JsonObject book(const store::BookState& state) {
    JsonObject json{{"label", label(state)}};
    platform::append_message(json, "problem", state.problem);
    platform::append_message(json, "warning", state.warning);
    platform::append_message(json, "anchor", state.anchor_problem);
    return json;
}

JsonObject backup(const Observation& observed) {
    JsonObject json{{"lastAt", time_or_null(observed.backup.last_at, observed.facts.utc_offset)}};
    platform::append_message(json, "failed", observed.backup.failed);
    json.push_back({"drill", drill_json(observed.backup.drill, observed.facts.utc_offset)});
    return json;
}

JsonObject timestamps(const Observation& observed) {
    const store::TimestampState& state = observed.timestamps;
    JsonObject json{{"lastAt", time_or_null(state.last_at, observed.facts.utc_offset)},
                    {"failedAt", time_or_null(state.failed_at, observed.facts.utc_offset)}};
    platform::append_message(json, "failed", state.failed);
    return json;
}

JsonObject processes(const Processes& running) {
    return {
        {"register", JsonObject{{"pid", running.register_pid}}},
        {"network",
         JsonObject{{"pid", running.network_pid > 0 ? JsonValue(running.network_pid) : JsonValue()},
                    {"restarts", static_cast<std::int64_t>(running.network_restarts)}}}};
}

JsonObject confinement(const Processes& running) {
    const auto list = [](const std::vector<std::string>& held) {
        return platform::JsonArray(held.begin(), held.end());
    };
    return {{"register", list(running.register_confinement)},
            {"network", list(running.network_confinement)}};
}

JsonObject foreign(const store::ForeignFigures& figures) {
    return {{"documents", figures.documents},
            {"bytes", figures.bytes},
            {"documentsMax", figures.documents_max},
            {"bytesMax", figures.bytes_max},
            {"limitReached", figures.left_out > 0}};
}

}  // namespace

std::int64_t oldest_pending_seconds(const AgentFacts& facts) {
    if (!facts.balance.oldest_pending_at) return 0;
    const auto age = facts.wall_now - *facts.balance.oldest_pending_at;
    return std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(age).count());
}

JsonValue drill_json(const DrillState& drill, platform::UtcOffset offset) {
    if (!drill.tried_at && !drill.failed) return {};
    JsonObject json{{"triedAt", time_or_null(drill.tried_at, offset)},
                    {"madeAt", time_or_null(drill.made_at, offset)}};
    platform::append_message(json, "failed", drill.failed);
    return json;
}

JsonObject status_json(const Observation& observed, Audience audience) {
    const AgentFacts& facts = observed.facts;
    const auto uptime = std::chrono::floor<std::chrono::seconds>(facts.now - facts.started_at);
    JsonObject json{{"agent", JsonObject{{"version", observed.version},
                                         {"uptimeSeconds", uptime.count()},
                                         {"book", label(observed.book)}}},
                    {"state", state_name(observed.state.state)}};
    platform::append_message(json, "reason", observed.state.reason);
    const JsonObject rest{
        {"entries", entries(facts.balance, audience)},
        {"balanceError", facts.balance.error()},
        {"conflicts", facts.balance.conflicts},
        {"oldestPendingSeconds", oldest_pending_seconds(facts)},
        {"lastVerifiedAt",
         time_or_null(facts.sync.link ? facts.sync.link->last_verified_at : std::nullopt,
                      facts.utc_offset)},
        {"next", next(observed)},
        {"link", link(observed)},
        {"clock", clock(clock_health(observed.clock))},
        {"book", book(observed.book)}};
    json.insert(json.end(), rest.begin(), rest.end());
    json.push_back({"processes", processes(observed.processes)});
    json.push_back({"confinement", confinement(observed.processes)});
    if (audience == Audience::owner) {
        json.push_back({"store", JsonObject{{"bytes", observed.figures.bytes},
                                            {"reserveBytes", observed.figures.reserve_bytes}}});
        json.push_back({"foreign", foreign(observed.foreign)});
        json.push_back({"backup", backup(observed)});
        json.push_back({"timestamps", timestamps(observed)});
    }
    return json;
}

}  // namespace tizilim::agent
