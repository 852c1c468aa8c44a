#include "agent/register/backup_drill.h"

#include "agent/delivery/backup_state.h"
#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

/// Nothing is wrong: the next backup is of the new code.
bool awaits_next_backup(const platform::Message& why) {
    return why.code == "backup.of_earlier_code";
}

}  // namespace

DrillSchedule::DrillSchedule(const Surroundings& surroundings, std::filesystem::path directory)
    : with_(surroundings), directory_(std::move(directory)), memory_(with_.memory, with_.log) {
    store::remove_drill(with_.registry.directory());
    if (directory_.empty()) return;
    const platform::JsonValue json = memory_.read();
    attempted_at_ = platform::time_at(json, "attempted_at");
    state_.tried_at = platform::time_at(json, "tried_at");
    state_.made_at = platform::time_at(json, "made_at");
    state_.failures = platform::count_at(json, "failures").value_or(0);
    const platform::JsonValue* const failed = json.find("failed");
    if (failed != nullptr && failed->string() != nullptr && !failed->string()->empty())
        state_.failed = platform::unpacked(*failed->string());
}

/// The caller holds the mutex.
void DrillSchedule::remember() {
    (void)memory_.write({{"attempted_at", platform::number_or_null(attempted_at_)},
                         {"tried_at", platform::number_or_null(state_.tried_at)},
                         {"made_at", platform::number_or_null(state_.made_at)},
                         {"failures", state_.failures},
                         {"failed", state_.failed ? platform::packed(*state_.failed) : ""}});
}

DrillState DrillSchedule::snapshot() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

bool DrillSchedule::is_due(platform::WallTime now) const {
    const std::scoped_lock lock(mutex_);
    // One in the future was made by a clock that has since been put right.
    if (!attempted_at_ || *attempted_at_ > now) return true;
    return *attempted_at_ + (state_.failed ? kDrillRetryDelay : kDrillEvery) <= now;
}

void DrillSchedule::step(const store::Progress& progress) {
    if (directory_.empty() || !is_due(with_.clock.wall_now())) return;
    try {
        if (with_.registry.path_problem()) return;
        if (!store::newest_named_backup(with_.registry, directory_, with_.clock.wall_now())) return;
    } catch (const platform::MessageError&) {
        return;  // a folder that is gone is a failed backup, which says so
    }
    try {
        static_cast<void>(run(progress));
    } catch (const std::runtime_error&) {
        return;  // run() has kept why; whatever a disk does, the register goes on
    }
}

store::BackupDrill DrillSchedule::run(const store::Progress& progress) {
    const auto newest = directory_.empty() ? std::nullopt
                                           : store::newest_named_backup(with_.registry, directory_,
                                                                        with_.clock.wall_now());
    if (!newest) throw store::refusal({"backup.none_to_try"});
    try {
        store::BackupDrill drill = store::try_backup(with_.registry, *newest, progress);
        went_well(drill);
        return drill;
    } catch (const platform::MessageError& error) {
        if (!awaits_next_backup(error.message())) failed(error.message());
        throw;
    } catch (const std::filesystem::filesystem_error& error) {
        failed(platform::as_it_stands(error.what()));
        throw store::StoreError(store::StoreError::Kind::io, platform::as_it_stands(error.what()));
    }
}

void DrillSchedule::went_well(const store::BackupDrill& drill) {
    with_.log.info("backup_restored_for_a_try", {{"file", drill.file.string()}});
    const std::scoped_lock lock(mutex_);
    attempted_at_ = with_.clock.wall_now();
    state_.tried_at = attempted_at_;
    state_.made_at = drill.made_at;
    state_.failed.reset();
    remember();
}

void DrillSchedule::failed(const platform::Message& why) {
    with_.log.error("backup_drill_failed", {{"reason", platform::in_english(why)}});
    const std::scoped_lock lock(mutex_);
    attempted_at_ = with_.clock.wall_now();
    state_.failed = why;
    ++state_.failures;
    remember();
}

}  // namespace tizilim::agent
