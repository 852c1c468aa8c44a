#pragma once

#include "agent/delivery/agent_state.h"
#include "agent/delivery/daily_traffic.h"
#include "agent/delivery/exchange_memory.h"
#include "agent/delivery/outage_log.h"
#include "agent/delivery/sync_snapshot.h"
#include "platform/civil_time.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "store/register/register.h"

#include <filesystem>
#include <mutex>
#include <optional>

namespace tizilim::agent {

/// What is remembered of delivery over time: outages, the traffic of a day, the last exchange,
/// since when something waits. SyncLoop tells it how things stand after every step. Safe for
/// threads.
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

    /// How things stand; nothing new when the register can't be read.
    void note(const SyncSnapshot& sync);
    /// The agent ends: the loop is to be stopped before.
    void stop();

    /// What the state is computed from, at this moment. \throws StoreError
    [[nodiscard]] AgentFacts facts(const SyncSnapshot& sync);
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
