#pragma once

#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/delivery/backup_state.h"
#include "agent/register/backup_drill.h"
#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/register/register.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace tizilim::agent {

/// After a backup failed: a disk may be connected again at any time.
inline constexpr std::chrono::hours kBackupRetryDelay{1};
/// The wall clock is read so often: it alone tells that a computer slept.
inline constexpr std::chrono::minutes kBackupLookDelay{10};

/// Makes a backup when one is due: the newest in the folder is older than the interval, or there is
/// none. step() is for one thread, all else safe for threads.
class BackupSchedule {
public:
    struct Surroundings {
        const store::Register& registry;
        const platform::Clock& clock;
        platform::Log& log;
        std::filesystem::path memory{};  ///< file that keeps the state; empty: none
        /// Beneath these backups can be written; none: anywhere.
        std::vector<std::filesystem::path> places{};
    };
    BackupSchedule(Surroundings surroundings, BackupSettings settings);

    /// Makes a backup if one is due. Returns when to call again; nothing: no folder is configured.
    /// A std::runtime_error is a failed backup; anything else that `progress` throws comes out.
    [[nodiscard]] std::optional<std::chrono::milliseconds> step(const store::Progress& progress);

    /// A backup was made, also one that a person asked for.
    void made(const store::BackupReport& report);
    /// One into the configured folder failed.
    void failed(const platform::Message& reason);

    [[nodiscard]] BackupState snapshot() const;
    [[nodiscard]] const BackupSettings& settings() const { return settings_; }
    [[nodiscard]] const std::vector<std::filesystem::path>& places() const { return with_.places; }

private:
    [[nodiscard]] std::optional<platform::WallTime> last_at() const;
    [[nodiscard]] bool is_due(platform::WallTime now);
    void back_up(const store::Progress& progress);
    void set_running(bool running);
    void remember();

    const Surroundings with_;
    const BackupSettings settings_;
    bool looked_ = false;  ///< into the folder; for step() alone

    mutable std::mutex mutex_;  ///< guards all below
    platform::MemoryFile memory_;
    BackupState state_;
    bool logged_ = false;  ///< the failure was logged in this run
    std::optional<platform::Instant> retry_at_;
};

/// The thread that makes scheduled backups; also makes those that a person asks for.
class BackupLoop {
public:
    BackupLoop(const BackupSchedule::Surroundings& surroundings, BackupSettings settings);
    ~BackupLoop();
    BackupLoop(const BackupLoop&) = delete;
    BackupLoop& operator=(const BackupLoop&) = delete;

    /// Ends a scheduled backup under way, which leaves no file, and the thread. Idempotent.
    void stop();
    /// The thread checks now whether one is due.
    void wake();

    /// Makes one now, on the caller's thread. \throws StoreError, and what `progress` throws
    store::BackupReport back_up(const store::BackupOptions& options,
                                const store::Progress& progress);

    /// Restores the newest one for a try, on the caller's thread. \throws as back_up()
    store::BackupDrill try_newest(const store::Progress& progress) { return drills_.run(progress); }

    /// What the API may ask for, of this.
    [[nodiscard]] BackupDoor door();

    [[nodiscard]] BackupState snapshot() const;
    /// Of scheduled ones; empty: there are none.
    [[nodiscard]] const std::filesystem::path& directory() const {
        return schedule_.settings().directory;
    }

private:
    void run();

    const store::Register& registry_;
    BackupSchedule schedule_;
    DrillSchedule drills_;
    std::atomic<bool> stopping_ = false;

    std::mutex mutex_;  ///< guards `woken_`
    std::condition_variable wake_;
    bool woken_ = false;

    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace tizilim::agent
