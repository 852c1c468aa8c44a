#include "agent/backup_loop.h"

#include "agent/config.h"
#include "platform/clock.h"
#include "store/backup.h"
#include "store/register.h"
#include "store/store_error.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace tizilim::agent {
namespace {

/// Carries the end of the daemon out of a backup under way.
struct Stopping {};

}  // namespace

BackupSchedule::BackupSchedule(Surroundings surroundings, BackupSettings settings)
    : with_(surroundings), settings_(std::move(settings)) {}

BackupState BackupSchedule::snapshot() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

std::optional<platform::WallTime> BackupSchedule::last_at() const {
    const std::scoped_lock lock(mutex_);
    return state_.last_at;
}

std::optional<std::chrono::milliseconds> BackupSchedule::step(const store::Progress& progress) {
    if (settings_.directory.empty()) return {};
    {
        const std::scoped_lock lock(mutex_);
        if (retry_at_ && with_.clock.now() < *retry_at_) return kBackupLookDelay;
    }
    try {
        if (is_due(with_.clock.wall_now())) back_up(progress);
    } catch (const store::StoreError& error) {
        failed(error.what());
    }
    const auto last = last_at();
    if (!last) return kBackupLookDelay;
    const std::chrono::milliseconds left = *last + settings_.every - with_.clock.wall_now();
    return std::clamp<std::chrono::milliseconds>(left, std::chrono::seconds(1), kBackupLookDelay);
}

bool BackupSchedule::is_due(platform::WallTime now) {
    const auto due = [&](const std::optional<platform::WallTime>& last) {
        // A last one in the future was made by a clock that has since been put right.
        return !last || *last > now || *last + settings_.every <= now;
    };
    if (looked_ && !due(last_at())) return false;
    const auto newest = store::newest_backup(with_.registry, settings_.directory, now);
    looked_ = true;
    const std::scoped_lock lock(mutex_);
    state_.last_at = newest;
    return due(newest);
}

void BackupSchedule::set_running(bool running) {
    const std::scoped_lock lock(mutex_);
    state_.running = running;
}

void BackupSchedule::back_up(const store::Progress& progress) {
    struct Running {
        explicit Running(BackupSchedule& of) : schedule(of) { schedule.set_running(true); }
        ~Running() { schedule.set_running(false); }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        BackupSchedule& schedule;
    } const running(*this);
    made(store::back_up(with_.registry, {.directory = settings_.directory, .keep = settings_.keep},
                        progress));
}

void BackupSchedule::made(const store::BackupReport& report) {
    with_.log.info("backed_up", {{"file", report.file.string()},
                                 {"bytes", static_cast<std::int64_t>(report.bytes)},
                                 {"removed", static_cast<std::int64_t>(report.removed)}});
    if (!report.not_removed.empty()) {
        with_.log.warning("old_backup_stays", {{"reason", report.not_removed}});
    }
    if (!report.folder_warning.empty()) {
        with_.log.warning("backup_folder", {{"reason", report.folder_warning}});
    }
    if (report.file.parent_path() != settings_.directory) return;
    const std::scoped_lock lock(mutex_);
    state_.last_at = with_.clock.wall_now();
    state_.failed.clear();
    retry_at_.reset();
}

void BackupSchedule::failed(const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    retry_at_ =
        with_.clock.now() + std::min<std::chrono::minutes>(kBackupRetryDelay, settings_.every);
    if (std::exchange(state_.failed, reason) == reason) return;
    with_.log.error("backup_failed", {{"reason", reason}});
}

BackupLoop::BackupLoop(const BackupSchedule::Surroundings& surroundings, BackupSettings settings)
    : registry_(surroundings.registry), schedule_(surroundings, std::move(settings)) {
    if (!directory().empty()) thread_ = std::jthread([this] { run(); });
}

BackupLoop::~BackupLoop() {
    stop();
}

void BackupLoop::stop() {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
}

void BackupLoop::wake() {
    {
        const std::scoped_lock lock(mutex_);
        woken_ = true;
    }
    wake_.notify_all();
}

store::BackupReport BackupLoop::back_up(const store::BackupOptions& options,
                                        const store::Progress& progress) {
    store::BackupReport report = store::back_up(registry_, options, progress);
    schedule_.made(report);
    return report;
}

void BackupLoop::run() {
    while (!stopping_) {
        std::optional<std::chrono::milliseconds> delay;
        try {
            delay = schedule_.step([this](std::uint64_t, std::uint64_t) {
                if (stopping_) throw Stopping{};
            });
        } catch (const Stopping&) {
            return;
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, delay.value_or(kBackupLookDelay), [this] { return woken_; });
        woken_ = false;
    }
}

}  // namespace tizilim::agent
