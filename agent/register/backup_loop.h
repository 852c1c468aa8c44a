#pragma once

#include "agent/config/config.h"
#include "agent/delivery/backup_state.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/memory_file.h"
#include "store/backup/backup.h"
#include "store/register/register.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace tizilim::agent {

/// After a backup failed: a disk may be connected again at any time.
inline constexpr std::chrono::hours kBackupRetryDelay{1};
/// No longer without a look at the clock: a computer that slept knows by it alone that time passed.
inline constexpr std::chrono::minutes kBackupLookDelay{10};

/// Decides when a backup is due, and makes it: the newest in the folder is older than the interval,
/// or there is none. snapshot() and made() are safe from any thread, step() is for one.
class BackupSchedule {
public:
    struct Surroundings {
        const store::Register& registry;
        const platform::Clock& clock;
        platform::Log& log;
        std::filesystem::path memory{};  ///< where the state outlives the agent; empty: nowhere
    };
    BackupSchedule(Surroundings surroundings, BackupSettings settings);

    /// Makes a backup if one is due. When to call again; nothing: there is no folder to back up to.
    /// What `progress` throws ends it and comes out.
    [[nodiscard]] std::optional<std::chrono::milliseconds> step(const store::Progress& progress);

    /// A person had one made.
    void made(const store::BackupReport& report);
    /// A person's one into the configured folder could not be made, either.
    void failed(const std::string& reason);

    [[nodiscard]] BackupState snapshot() const;
    [[nodiscard]] const BackupSettings& settings() const { return settings_; }

private:
    [[nodiscard]] std::optional<platform::WallTime> last_at() const;
    [[nodiscard]] bool is_due(platform::WallTime now);
    void back_up(const store::Progress& progress);
    void set_running(bool running);
    void remember();

    const Surroundings with_;
    const BackupSettings settings_;
    bool looked_ = false;  ///< into the folder; of the thread that steps

    mutable std::mutex mutex_;  ///< guards all below
    platform::MemoryFile memory_;
    BackupState state_;
    bool said_ = false;  ///< the failure, in the log of this run
    std::optional<platform::Instant> retry_at_;
};

/// The thread that makes the scheduled backups, and the door to those that a person asks for.
class BackupLoop {
public:
    BackupLoop(const BackupSchedule::Surroundings& surroundings, BackupSettings settings);
    ~BackupLoop();
    BackupLoop(const BackupLoop&) = delete;
    BackupLoop& operator=(const BackupLoop&) = delete;

    /// Ends a scheduled backup under way, which leaves nothing behind, and the thread. Idempotent.
    void stop();
    /// Look at the clock now.
    void wake();

    /// Now, on the caller's thread. \throws StoreError, and what `progress` throws
    store::BackupReport back_up(const store::BackupOptions& options,
                                const store::Progress& progress);

    [[nodiscard]] BackupState snapshot() const { return schedule_.snapshot(); }
    /// Where scheduled ones go; empty: there are none.
    [[nodiscard]] const std::filesystem::path& directory() const {
        return schedule_.settings().directory;
    }

private:
    void run();

    const store::Register& registry_;
    BackupSchedule schedule_;
    std::atomic<bool> stopping_ = false;

    std::mutex mutex_;  ///< guards `woken_`
    std::condition_variable wake_;
    bool woken_ = false;

    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace tizilim::agent
