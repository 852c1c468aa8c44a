#include "agent/delivery/delivery_watch.h"

#include "agent/delivery/agent_state.h"
#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "store/register/register.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"

#include <filesystem>
#include <mutex>

namespace tizilim::agent {

DeliveryWatch::DeliveryWatch(const Surroundings& surroundings,
                             const std::filesystem::path& directory)
    : with_(surroundings),
      outages_(directory / "outages.jsonl", with_.log),
      traffic_(directory / "traffic.json", with_.utc_offset, with_.log),
      exchanges_(directory / "exchange.json", with_.log) {}

void DeliveryWatch::note(const store::SyncSnapshot& sync) {
    traffic_.note(sync.counters, with_.clock.wall_now(), with_.clock.now());
    try {
        const AgentFacts now = facts(sync);
        exchanges_.note(sync.peer, now);
        outages_.note(now);
    } catch (const store::StoreError&) {
        // The next step meets it too, and says so.
        return;
    }
}

void DeliveryWatch::stop() {
    outages_.stop();
    traffic_.stop();
    exchanges_.stop();
}

AgentFacts DeliveryWatch::facts(const store::SyncSnapshot& sync) {
    AgentFacts facts;
    facts.balance = with_.registry.balance();
    facts.sync = sync;
    if (!with_.registry.clock_state().went_back) facts.earlier = exchanges_.with(sync.peer);
    facts.utc_offset = with_.utc_offset;
    facts.started_at = with_.started_at;
    facts.now = with_.clock.now();
    facts.wall_now = with_.clock.wall_now();
    const std::scoped_lock lock(mutex_);
    const bool waits = facts.balance.pending + facts.balance.sent > 0;
    const bool has_begun =
        facts.sync.link && (facts.sync.link->succeeded_at || facts.sync.link->failing_since);
    if (!waits || !has_begun) waiting_since_.reset();
    if (waits && !waiting_since_) {
        waiting_since_ = facts.now;
    }
    facts.waiting_since = waiting_since_;
    return facts;
}

platform::LinkCounters DeliveryWatch::traffic_today() const {
    return traffic_.on_day_of(with_.clock.wall_now());
}

}  // namespace tizilim::agent
