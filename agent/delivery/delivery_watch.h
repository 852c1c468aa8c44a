#pragma once

#include "agent/delivery/agent_state.h"
#include "agent/delivery/daily_traffic.h"
#include "agent/delivery/exchange_memory.h"
#include "agent/delivery/outage_log.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/log.h"
#include "store/register/register.h"
#include "store/replication/sync_snapshot.h"

#include <filesystem>
#include <mutex>
#include <optional>

namespace tizilim::agent {

/// Keeps what has to be remembered of delivery: outages, the day's traffic, the last exchange,
/// since when entries wait. SyncLoop calls note() after every step. Safe for threads.
class DeliveryWatch {
public:
    struct Surroundings {
        const store::Register& registry;
        const platform::Clock& clock;
        platform::Log& log;
        platform::UtcOffset utc_offset;
        platform::Instant started_at;
    };
    /// Keeps `outages.jsonl`, `traffic.json` and `exchange.json` in `directory`.
    DeliveryWatch(const Surroundings& surroundings, const std::filesystem::path& directory);

    /// Records the state of delivery; of a register that can't be read, traffic alone.
    void note(const store::SyncSnapshot& sync);
    /// Writes everything. Stop the loop first.
    void stop();

    /// What agent_state() needs, now. \throws StoreError
    [[nodiscard]] AgentFacts facts(const store::SyncSnapshot& sync);
    [[nodiscard]] platform::LinkCounters traffic_today() const;
    [[nodiscard]] const OutageLog& outages() const { return outages_; }

private:
    const Surroundings with_;
    OutageLog outages_;
    DailyTraffic traffic_;
    ExchangeMemory exchanges_;
    mutable std::mutex mutex_;  ///< guards waiting_since_
    std::optional<platform::Instant> waiting_since_;
};

}  // namespace tizilim::agent
