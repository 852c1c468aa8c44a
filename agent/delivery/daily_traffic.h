#pragma once

#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/network/http_transport.h"
#include "platform/text/civil_time.h"
#include "platform/text/log.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>

namespace tizilim::agent {

/// Counts are written so often while they grow; an unclean end loses what came since.
inline constexpr std::chrono::minutes kTrafficWriteDelay{10};

/// Requests and bytes of one civil day, through restarts of the agent. Safe for threads.
class DailyTraffic {
public:
    DailyTraffic(std::filesystem::path file, platform::UtcOffset offset, platform::Log& log);

    /// `total`: since the start of the agent; its increase is counted for the day of `now`.
    void note(const platform::LinkCounters& total, platform::WallTime now, platform::Instant at);
    /// Writes the counts.
    void stop();

    [[nodiscard]] platform::LinkCounters on_day_of(platform::WallTime now) const;

private:
    void write();

    const platform::UtcOffset offset_;

    mutable std::mutex mutex_;  ///< guards all below
    platform::MemoryFile file_;
    platform::CivilDate day_{};
    platform::LinkCounters of_day_;
    platform::LinkCounters total_;  ///< of the last note()
    std::optional<platform::Instant> written_at_;
    bool is_written_ = true;
};

}  // namespace tizilim::agent
