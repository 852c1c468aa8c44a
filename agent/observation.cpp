#include "agent/observation.h"

#include "agent/agent_state.h"

namespace tizilim::agent {

Observation observe(const Services& services) {
    Observation observed;
    observed.version = TIZILIM_VERSION;
    observed.book = services.registry.book().label;
    observed.figures = services.registry.figures();
    observed.sync = services.loop.snapshot();
    observed.backup = services.backups.snapshot();
    AgentFacts& facts = observed.facts;
    facts.balance = services.registry.balance();
    facts.link = observed.sync.link;
    facts.pause_reason = observed.sync.pause_reason;
    facts.store_problem = observed.sync.store_problem;
    facts.poll_interval = observed.sync.poll_interval;
    facts.utc_offset = services.utc_offset;
    facts.started_at = services.started_at;
    facts.now = services.clock.now();
    facts.wall_now = services.clock.wall_now();
    observed.state = agent_state(facts);
    return observed;
}

Health liveness(const Observation& observed) {
    const platform::Instant now = observed.facts.now;
    const SyncSnapshot& sync = observed.sync;
    if (sync.stepping_since) {
        if (now - *sync.stepping_since <= kStepMax) return {};
        return {.good = false, .reason = "a delivery step hangs: restart tizilimd"};
    }
    if (!sync.pause_reason.empty() || !sync.due_at || now - *sync.due_at <= kOverdueMax) return {};
    return {.good = false, .reason = "delivery does not run although it is due: restart tizilimd"};
}

Health readiness(const Observation& observed) {
    if (observed.facts.balance.error() != 0)
        return {.good = false,
                .reason =
                    "the balance of entries is wrong: run `tizilim verify` and keep the "
                    "register folder as it is"};
    if (!observed.facts.store_problem.empty())
        return {.good = false, .reason = observed.facts.store_problem};
    return {};
}

}  // namespace tizilim::agent
