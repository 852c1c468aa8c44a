#pragma once

#include "agent/delivery/backup_state.h"
#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/register/register.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>

namespace tizilim::agent {

/// A drill that went well is good for so long, and one that failed is repeated after so long.
inline constexpr std::chrono::days kDrillEvery{30};
inline constexpr std::chrono::days kDrillRetryDelay{1};

/// Restores the newest backup of the configured folder now and then, looks whether all of it is
/// good, and throws it away again. step() is for one thread, all else safe for threads.
class DrillSchedule {
public:
    struct Surroundings {
        const store::Register& registry;
        const platform::Clock& clock;
        platform::Log& log;
        std::filesystem::path memory{};  ///< file that keeps the state; empty: none
    };
    /// `directory` of the backups; empty: there are none. Removes what a drill left that was cut
    /// off.
    DrillSchedule(const Surroundings& surroundings, std::filesystem::path directory);

    /// Makes a drill if one is due and there is a backup. Throws only what `progress` throws.
    void step(const store::Progress& progress);
    /// Makes one now. \throws StoreError, and what `progress` throws
    store::BackupDrill run(const store::Progress& progress);

    [[nodiscard]] DrillState snapshot() const;

private:
    [[nodiscard]] bool is_due(platform::WallTime now) const;
    void went_well(const store::BackupDrill& drill);
    void failed(const platform::Message& why);
    void remember();

    const Surroundings with_;
    const std::filesystem::path directory_;

    mutable std::mutex mutex_;  ///< guards all below
    platform::MemoryFile memory_;
    std::optional<platform::WallTime> attempted_at_;
    DrillState state_;
};

}  // namespace tizilim::agent
