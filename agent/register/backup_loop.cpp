#include "agent/register/backup_loop.h"

#include "agent/api/backup_places.h"
#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/delivery/backup_state.h"
#include "agent/register/backup_drill.h"
#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tizilim::agent {
namespace {

/// Beside that of the backups themselves.
std::filesystem::path drill_memory(const std::filesystem::path& of_backups) {
    if (of_backups.empty()) return {};
    return of_backups.parent_path() / "backup-drill.json";
}

/// Carries the end of the daemon out of a backup under way.
struct Stopping {};

}  // namespace

BackupSchedule::BackupSchedule(Surroundings surroundings, BackupSettings settings)
    : with_(std::move(surroundings)),
      settings_(std::move(settings)),
      memory_(with_.memory, with_.log) {
    if (settings_.directory.empty()) return;
    const platform::JsonValue json = memory_.read();
    state_.last_at = platform::time_at(json, "last_at");
    state_.due_at = platform::time_at(json, "due_at");
    state_.failures = platform::count_at(json, "failures").value_or(0);
    const platform::JsonValue* const failed = json.find("failed");
    if (failed != nullptr && failed->string() != nullptr && !failed->string()->empty())
        state_.failed = platform::unpacked(*failed->string());
}

/// The caller holds the mutex.
void BackupSchedule::remember() {
    (void)memory_.write({{"last_at", platform::number_or_null(state_.last_at)},
                         {"due_at", platform::number_or_null(state_.due_at)},
                         {"failures", state_.failures},
                         {"failed", state_.failed ? platform::packed(*state_.failed) : ""}});
}

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
        if (!state_.due_at) {
            // From here on one is missing, however long the first may take.
            state_.due_at = with_.clock.wall_now();
            remember();
        }
        if (retry_at_ && with_.clock.now() < *retry_at_) return kBackupLookDelay;
    }
    try {
        if (is_due(with_.clock.wall_now())) back_up(progress);
    } catch (const platform::MessageError& error) {
        // Whatever a disk does, the register goes on.
        failed(error.message());
    } catch (const std::runtime_error& error) {
        failed(platform::as_it_stands(error.what()));
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
    // What was made and has gone with its disk was made all the same.
    const bool is_known = state_.last_at && *state_.last_at <= now;
    if (!is_known || (newest && *newest > *state_.last_at)) state_.last_at = newest;
    if (newest && !due(newest)) {
        // A disk that was gone is back, with a young backup on it.
        state_.due_at = *newest + settings_.every;
        state_.failed.reset();
        remember();
    } else if (!state_.due_at || *state_.due_at > now) {
        state_.due_at = now;
    }
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
    // Unasked, nothing leaves a register that is not where it was: the owner decides.
    if (const auto place = with_.registry.path_problem()) throw store::refusal(*place);
    if (!may_write(settings_.directory, with_.places))
        throw store::refusal(
            {"backup.folder_came_later", {{"folder", settings_.directory.string()}}});
    made(store::back_up(with_.registry, {.directory = settings_.directory, .keep = settings_.keep},
                        progress));
}

void BackupSchedule::made(const store::BackupReport& report) {
    with_.log.info("backed_up", {{"file", report.file.string()},
                                 {"bytes", static_cast<std::int64_t>(report.bytes)},
                                 {"removed", static_cast<std::int64_t>(report.removed)}});
    if (report.not_removed)
        with_.log.warning("old_backup_stays",
                          {{"reason", platform::in_english(*report.not_removed)}});
    if (report.folder_warning)
        with_.log.warning("backup_folder",
                          {{"reason", platform::in_english(*report.folder_warning)}});
    if (report.file.parent_path() != settings_.directory) return;
    const std::scoped_lock lock(mutex_);
    state_.last_at = with_.clock.wall_now();
    state_.due_at = *state_.last_at + settings_.every;
    state_.failed.reset();
    retry_at_.reset();
    remember();
}

void BackupSchedule::failed(const platform::Message& reason) {
    const std::scoped_lock lock(mutex_);
    retry_at_ =
        with_.clock.now() + std::min<std::chrono::minutes>(kBackupRetryDelay, settings_.every);
    ++state_.failures;
    const bool is_logged = std::exchange(state_.failed, reason) == reason && logged_;
    logged_ = true;
    remember();
    if (is_logged) return;
    with_.log.error("backup_failed", {{"reason", platform::in_english(reason)}});
}

BackupLoop::BackupLoop(const BackupSchedule::Surroundings& surroundings, BackupSettings settings)
    : registry_(surroundings.registry),
      schedule_(surroundings, std::move(settings)),
      drills_({.registry = surroundings.registry,
               .clock = surroundings.clock,
               .log = surroundings.log,
               .memory = drill_memory(surroundings.memory)},
              directory()) {
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
    try {
        store::BackupReport report = store::back_up(registry_, options, progress);
        schedule_.made(report);
        return report;
    } catch (const store::StoreError& error) {
        if (options.directory == directory()) schedule_.failed(error.message());
        throw;
    }
}

void BackupLoop::run() {
    while (!stopping_) {
        std::optional<std::chrono::milliseconds> delay;
        try {
            const store::Progress until_stopped = [this](std::uint64_t, std::uint64_t) {
                if (stopping_) throw Stopping{};
            };
            delay = schedule_.step(until_stopped);
            drills_.step(until_stopped);
        } catch (const Stopping&) {
            return;
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, delay.value_or(kBackupLookDelay), [this] { return woken_; });
        woken_ = false;
    }
}

BackupState BackupLoop::snapshot() const {
    BackupState state = schedule_.snapshot();
    state.drill = drills_.snapshot();
    return state;
}

BackupDoor BackupLoop::door() {
    return {
        .snapshot = [this] { return snapshot(); },
        .back_up = [this](const store::BackupOptions& options,
                          const store::Progress& progress) { return back_up(options, progress); },
        .try_newest = [this](const store::Progress& progress) { return try_newest(progress); },
        .directory = directory(),
        .places = schedule_.places()};
}

}  // namespace tizilim::agent
