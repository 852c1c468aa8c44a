#include "agent/register/backup_loop.h"

#include "agent/config/config.h"
#include "platform/clock.h"
#include "platform/text/log.h"
#include "store/backup/backup.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/observations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using namespace std::chrono_literals;

class BackupScheduleTest : public testing::Test {
protected:
    BackupScheduleTest() {
        std::filesystem::create_directory(folder_);
        store::RegisterSettings settings;
        settings.directory = directory_ / "register";
        settings.recovery_cost = support::kCheapRecovery;
        (void)store::Register::create(settings, keys_, clock_, random_);
        register_ = std::make_unique<store::Register>(settings, keys_, clock_, random_);
    }
    agent::BackupSchedule::Surroundings surroundings() {
        return {.registry = *register_,
                .clock = clock_,
                .log = log_,
                .memory = directory_ / "backup.json"};
    }
    /// How things stand after another start.
    agent::BackupState restarted() {
        return agent::BackupSchedule(surroundings(), settings()).snapshot();
    }
    agent::BackupSettings settings() const {
        return {.directory = folder_, .every = 24h, .keep = 2};
    }
    std::size_t count() const {
        std::size_t count = 0;
        for (const auto& file : std::filesystem::directory_iterator(folder_)) {
            if (store::backup_time(file.path().filename().string(), register_->book().label)) {
                ++count;
            }
        }
        return count;
    }
    std::size_t times_logged(const std::string& event) const {
        const std::string text = log_text_.str();
        std::size_t times = 0;
        for (std::size_t at = text.find(event); at != std::string::npos;
             at = text.find(event, at + 1)) {
            ++times;
        }
        return times;
    }

    support::TempDirectory directory_;
    std::filesystem::path folder_ = directory_ / "backups";
    support::SimClock clock_;
    support::SeededRandom random_;
    support::MemoryKeyStore keys_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    std::unique_ptr<store::Register> register_;
};

TEST_F(BackupScheduleTest, SaysThatTheFolderWasNotThereWhenTheProgramStarted) {
    agent::BackupSchedule::Surroundings confined = surroundings();
    confined.places = {directory_ / "register"};
    agent::BackupSchedule schedule(confined, settings());

    (void)schedule.step({});

    ASSERT_TRUE(schedule.snapshot().failed);
    EXPECT_EQ(schedule.snapshot().failed->code, "backup.folder_came_later");
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(BackupScheduleTest, DoesNothingWithoutAFolder) {
    agent::BackupSchedule schedule(surroundings(), {});
    EXPECT_EQ(schedule.step({}), std::nullopt);
    EXPECT_EQ(schedule.snapshot().last_at, std::nullopt);
    EXPECT_EQ(schedule.snapshot().failed, std::nullopt);
}

TEST_F(BackupScheduleTest, BacksUpAtOnceAndThenWhenTheIntervalIsOver) {
    agent::BackupSchedule schedule(surroundings(), settings());
    EXPECT_EQ(schedule.step({}), agent::kBackupLookDelay);
    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(schedule.snapshot().last_at, clock_.wall_now());

    clock_.advance(23h + 55min);
    EXPECT_EQ(schedule.step({}), 5min);
    EXPECT_EQ(count(), 1U);

    clock_.advance(5min);
    (void)schedule.step({});
    EXPECT_EQ(count(), 2U);
    EXPECT_EQ(schedule.snapshot().last_at, clock_.wall_now());
    EXPECT_FALSE(schedule.snapshot().running);
}

TEST_F(BackupScheduleTest, KeepsAsManyAsConfigured) {
    agent::BackupSchedule schedule(surroundings(), settings());
    for (int day = 0; day < 5; ++day) {
        (void)schedule.step({});
        clock_.advance(24h);
    }
    EXPECT_EQ(count(), 2U);
}

TEST_F(BackupScheduleTest, FindsTheOneThatWasMadeBeforeTheStart) {
    const auto made = store::back_up(*register_, {.directory = folder_}, {});
    const auto made_at = clock_.wall_now();
    clock_.advance(1h);

    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});

    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(schedule.snapshot().last_at, made_at);
    EXPECT_TRUE(std::filesystem::exists(made.file));
}

TEST_F(BackupScheduleTest, SaysWhyItFailedAndTriesAgainAfterAnHour) {
    std::filesystem::remove(folder_);
    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});
    EXPECT_THAT(support::said(schedule.snapshot().failed), testing::HasSubstr("is not there"));

    std::filesystem::create_directory(folder_);
    clock_.advance(59min);
    (void)schedule.step({});
    EXPECT_EQ(count(), 0U);

    clock_.advance(1min);
    (void)schedule.step({});
    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(schedule.snapshot().failed, std::nullopt);
}

TEST_F(BackupScheduleTest, LogsALastingFailureOnce) {
    std::filesystem::remove(folder_);
    agent::BackupSchedule schedule(surroundings(), settings());
    for (int hour = 0; hour < 5; ++hour) {
        (void)schedule.step({});
        clock_.advance(1h);
    }
    EXPECT_EQ(times_logged("backup_failed"), 1U);
}

TEST_F(BackupScheduleTest, IsNotKeptWaitingByABackupFromTheFuture) {
    agent::BackupSchedule schedule(surroundings(), settings());
    const auto now = clock_.wall_now();
    clock_.set_wall(now + std::chrono::years(3));
    (void)schedule.step({});
    ASSERT_EQ(count(), 1U);

    clock_.set_wall(now);
    (void)schedule.step({});

    EXPECT_EQ(count(), 2U);
    EXPECT_EQ(schedule.snapshot().last_at, now);
}

TEST_F(BackupScheduleTest, TakesNoteOfOneThatAPersonMadeThere) {
    std::filesystem::remove(folder_);
    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});
    std::filesystem::create_directory(folder_);

    schedule.made(store::back_up(*register_, {.directory = folder_}, {}));

    EXPECT_EQ(schedule.snapshot().failed, std::nullopt);
    EXPECT_EQ(schedule.snapshot().last_at, clock_.wall_now());
}

TEST_F(BackupScheduleTest, KnowsTheLastGoodOneThroughRestarts) {
    const auto made_at = clock_.wall_now();
    (void)agent::BackupSchedule(surroundings(), settings()).step({});
    clock_.advance(2h);

    const auto state = restarted();

    EXPECT_EQ(state.last_at, made_at);
    EXPECT_EQ(state.failed, std::nullopt);
    EXPECT_EQ(state.failures, 0U);
    EXPECT_EQ(agent::overdue(state, clock_.wall_now()), 0ms);
    EXPECT_EQ(agent::overdue(state, made_at + 25h), 1h);
}

TEST_F(BackupScheduleTest, KnowsTheFailuresAndTheLastGoodOneWhenItsDiskIsGone) {
    const auto made_at = clock_.wall_now();
    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});
    std::filesystem::remove_all(folder_);
    for (int hour = 0; hour < 3; ++hour) {
        clock_.advance(hour == 0 ? 24h : 1h);
        (void)schedule.step({});
    }

    for (const auto& state : {schedule.snapshot(), restarted()}) {
        EXPECT_EQ(state.last_at, made_at);
        EXPECT_THAT(support::said(state.failed), testing::HasSubstr("is not there"));
        EXPECT_EQ(state.failures, 3U);
        EXPECT_EQ(agent::overdue(state, clock_.wall_now()), 2h);
    }
}

TEST_F(BackupScheduleTest, NoticesAtTheStartThatTheDiskIsGone) {
    (void)agent::BackupSchedule(surroundings(), settings()).step({});
    std::filesystem::remove_all(folder_);

    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});

    EXPECT_THAT(support::said(schedule.snapshot().failed), testing::HasSubstr("is not there"));
    EXPECT_EQ(schedule.snapshot().last_at, clock_.wall_now());
}

TEST_F(BackupScheduleTest, ForgetsThatTheDiskWasGoneOnceItIsBackWithAYoungBackup) {
    (void)agent::BackupSchedule(surroundings(), settings()).step({});
    std::filesystem::rename(folder_, directory_ / "unplugged");
    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});
    ASSERT_NE(schedule.snapshot().failed, std::nullopt);

    std::filesystem::rename(directory_ / "unplugged", folder_);
    clock_.advance(1h);
    (void)schedule.step({});

    EXPECT_EQ(schedule.snapshot().failed, std::nullopt);
    EXPECT_EQ(restarted().failed, std::nullopt);
    EXPECT_EQ(count(), 1U);
}

TEST_F(BackupScheduleTest, SaysSinceWhenOneIsDueThatWasNeverMade) {
    std::filesystem::remove(folder_);
    (void)agent::BackupSchedule(surroundings(), settings()).step({});
    clock_.advance(5h);
    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});

    EXPECT_EQ(schedule.snapshot().last_at, std::nullopt);
    EXPECT_EQ(agent::overdue(schedule.snapshot(), clock_.wall_now()), 5h);
    EXPECT_EQ(schedule.snapshot().failures, 2U);
}

TEST_F(BackupScheduleTest, ForgetsAFailureOnceOneIsMadeAndKeepsTheirNumber) {
    std::filesystem::remove(folder_);
    agent::BackupSchedule schedule(surroundings(), settings());
    (void)schedule.step({});
    std::filesystem::create_directory(folder_);
    clock_.advance(1h);
    (void)schedule.step({});

    for (const auto& state : {schedule.snapshot(), restarted()}) {
        EXPECT_EQ(state.failed, std::nullopt);
        EXPECT_EQ(state.failures, 1U);
        EXPECT_EQ(state.last_at, clock_.wall_now());
        EXPECT_EQ(agent::overdue(state, clock_.wall_now()), 0ms);
    }
}

TEST_F(BackupScheduleTest, SaysAFailureFromBeforeTheStartInTheLogOnceMore) {
    std::filesystem::remove(folder_);
    for (int start = 0; start < 2; ++start)
        (void)agent::BackupSchedule(surroundings(), settings()).step({});
    EXPECT_EQ(times_logged("backup_failed"), 2U);
}

TEST_F(BackupScheduleTest, NotesWhatItCanThoughItsMemoryCantBeWritten) {
    auto with = surroundings();
    with.memory = directory_ / "no such folder" / "backup.json";
    agent::BackupSchedule schedule(with, settings());

    (void)schedule.step({});

    EXPECT_EQ(schedule.snapshot().last_at, clock_.wall_now());
    EXPECT_EQ(times_logged("memory_not_written"), 1U);
}

/// Collects the log, and tells whoever waits for a line in it.
class LogWatch final : public std::streambuf {
public:
    void wait_for(const std::string& event) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return text_.find(event) != std::string::npos; });
        text_.clear();
    }

private:
    int overflow(int byte) override {
        const std::scoped_lock lock(mutex_);
        text_ += static_cast<char>(byte);
        changed_.notify_all();
        return byte;
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_;
};

/// A clock that a test may move while a thread looks at it.
class SharedClock final : public platform::Clock {
public:
    [[nodiscard]] platform::WallTime wall_now() const override {
        const std::scoped_lock lock(mutex_);
        return clock_.wall_now();
    }
    [[nodiscard]] platform::Instant now() const override {
        const std::scoped_lock lock(mutex_);
        return clock_.now();
    }
    void advance(std::chrono::milliseconds by) {
        const std::scoped_lock lock(mutex_);
        clock_.advance(by);
    }

private:
    mutable std::mutex mutex_;
    support::SimClock clock_;
};

class BackupLoopTest : public BackupScheduleTest {
protected:
    LogWatch watch_;
    std::ostream out_{&watch_};
    platform::Log watched_{out_, clock_};
    agent::BackupSchedule::Surroundings watched() {
        return {.registry = *register_, .clock = clock_, .log = watched_};
    }
};

TEST_F(BackupLoopTest, BacksUpOnItsOwnThread) {
    agent::BackupLoop loop(watched(), settings());
    watch_.wait_for("backed_up");
    loop.stop();
    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(loop.snapshot().last_at, clock_.wall_now());
}

TEST_F(BackupLoopTest, BacksUpForAPersonWithoutASchedule) {
    agent::BackupLoop loop(watched(), {});
    const auto report = loop.back_up({.directory = folder_}, {});
    EXPECT_TRUE(std::filesystem::exists(report.file));
    EXPECT_EQ(loop.snapshot().last_at, std::nullopt);
}

TEST_F(BackupLoopTest, NotesAPersonsOneThatFailedInTheConfiguredFolderAlone) {
    agent::BackupLoop loop(watched(), settings());
    watch_.wait_for("backed_up");
    std::filesystem::remove_all(folder_);

    EXPECT_THROW((void)loop.back_up({.directory = directory_ / "elsewhere"}, {}),
                 store::StoreError);
    EXPECT_EQ(loop.snapshot().failed, std::nullopt);
    EXPECT_THROW((void)loop.back_up({.directory = folder_}, {}), store::StoreError);
    EXPECT_THAT(support::said(loop.snapshot().failed), testing::HasSubstr("is not there"));
}

TEST_F(BackupLoopTest, LooksAtTheClockAgainWhenWoken) {
    std::filesystem::remove(folder_);
    SharedClock clock;
    agent::BackupLoop loop({.registry = *register_, .clock = clock, .log = watched_}, settings());
    watch_.wait_for("backup_failed");
    std::filesystem::create_directory(folder_);

    clock.advance(agent::kBackupRetryDelay);
    loop.wake();
    watch_.wait_for("backed_up");
    loop.stop();

    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(loop.snapshot().failed, std::nullopt);
}

}  // namespace
}  // namespace tizilim
