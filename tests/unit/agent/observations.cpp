#include "tests/unit/agent/observations.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "platform/clock.h"
#include "platform/text/message.h"

#include <chrono>
#include <optional>
#include <string>

namespace tizilim::support {

platform::WallTime wall_time(int hour, int minute) {
    constexpr auto kDay = std::chrono::year(2026) / std::chrono::November / 2;
    return std::chrono::sys_days(kDay) + std::chrono::hours(hour - 5) +
           std::chrono::minutes(minute);
}

agent::AgentFacts synced_facts() {
    using namespace std::chrono_literals;
    agent::AgentFacts facts;
    facts.balance.recorded = 25;
    facts.balance.local = 5;
    facts.balance.delivered = 20;
    facts.sync.poll_interval = 1800s;
    facts.utc_offset = 5h;
    facts.now = platform::Instant(10h);
    facts.started_at = platform::Instant(9h);
    facts.wall_now = wall_time(14, 0);
    facts.sync.link.emplace();
    facts.sync.link->succeeded_at = facts.now - 1min;
    facts.sync.link->progressed_at = facts.now - 2min;
    facts.sync.link->last_verified_at = facts.wall_now - 1min;
    facts.sync.link->next = {.at = facts.now + 29min, .why = platform::as_it_stands("poll")};
    return facts;
}

agent::AgentFacts waiting_facts() {
    using namespace std::chrono_literals;
    agent::AgentFacts facts = synced_facts();
    facts.balance.delivered = 17;
    facts.balance.pending = 3;
    facts.balance.oldest_pending_at = facts.wall_now - 1min;
    return facts;
}

agent::Observation observation_of(const agent::AgentFacts& facts) {
    agent::Observation observed;
    observed.version = "1.0.0";
    observed.book.label = "K7ABCDEFGH";
    observed.facts = facts;
    observed.state = agent::agent_state(facts);
    observed.figures = {.bytes = 1'048'576, .reserve_bytes = 8'388'608};
    observed.foreign = {.documents = 2,
                        .bytes = 700,
                        .documents_max = 10'025,
                        .bytes_max = 67'211'264,
                        .left_out = 0};
    observed.facts.sync.counters = {.requests = 9, .bytes_up = 4210, .bytes_down = 980};
    observed.traffic_today = {.requests = 5, .bytes_up = 2000, .bytes_down = 400};
    if (facts.sync.link) observed.facts.sync.due_at = facts.sync.link->next.at;
    return observed;
}

std::string said(const std::optional<platform::Message>& message) {
    return message ? platform::in_english(*message) : std::string();
}

}  // namespace tizilim::support
