#include "agent/register/backup_drill.h"

#include "platform/text/log.h"
#include "store/backup/backup.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace tizilim {
namespace {

using namespace std::chrono_literals;

class DrillScheduleTest : public testing::Test {
protected:
    DrillScheduleTest() {
        std::filesystem::create_directory(folder_);
        store::RegisterSettings settings;
        settings.directory = directory_ / "register";
        settings.recovery_cost = support::kCheapRecovery;
        (void)store::Register::create(settings, keys_, clock_, random_);
        register_ = std::make_unique<store::Register>(settings, keys_, clock_, random_);
        begin();
    }
    void begin() {
        drills_ = std::make_unique<agent::DrillSchedule>(
            agent::DrillSchedule::Surroundings{.registry = *register_,
                                               .clock = clock_,
                                               .log = log_,
                                               .memory = directory_ / "backup-drill.json"},
            folder_);
    }
    std::filesystem::path back_up() {
        clock_.advance(1s);
        return store::back_up(*register_, {.directory = folder_, .keep = 0}, {}).file;
    }
    static void damage(const std::filesystem::path& file) {
        std::fstream(file, std::ios::binary | std::ios::in | std::ios::out)
            .seekp(static_cast<std::streamoff>(std::filesystem::file_size(file) - 1))
            .put('x');
    }
    /// How many drills were made so far.
    [[nodiscard]] std::size_t made() const {
        std::size_t count = 0;
        const std::string text = text_.str();
        for (std::size_t at = text.find("backup_restored_for_a_try"); at != std::string::npos;
             at = text.find("backup_restored_for_a_try", at + 1))
            ++count;
        return count;
    }

    support::TempDirectory directory_;
    std::filesystem::path folder_ = directory_ / "backups";
    support::MemoryKeyStore keys_;
    support::SimClock clock_;
    support::SeededRandom random_{1};
    std::ostringstream text_;
    platform::Log log_{text_, clock_};
    std::unique_ptr<store::Register> register_;
    std::unique_ptr<agent::DrillSchedule> drills_;
};

TEST_F(DrillScheduleTest, TriesTheFirstBackupAndThenOneAMonth) {
    drills_->step({});
    EXPECT_EQ(drills_->snapshot().tried_at, std::nullopt) << "there is none yet";

    (void)back_up();
    drills_->step({});
    EXPECT_EQ(drills_->snapshot().tried_at, clock_.wall_now());
    EXPECT_EQ(drills_->snapshot().failed, std::nullopt);

    clock_.advance(29 * 24h);
    drills_->step({});
    EXPECT_EQ(made(), 1U);
    clock_.advance(24h);
    drills_->step({});
    EXPECT_EQ(made(), 2U);
}

TEST_F(DrillScheduleTest, KnowsOfItAfterARestart) {
    (void)back_up();
    drills_->step({});
    const auto before = drills_->snapshot();

    begin();
    drills_->step({});

    EXPECT_EQ(made(), 1U);
    EXPECT_EQ(drills_->snapshot().tried_at, before.tried_at);
    EXPECT_EQ(drills_->snapshot().made_at, before.made_at);
}

TEST_F(DrillScheduleTest, SaysThatOneFailedAndTriesANewerOneTheNextDay) {
    damage(back_up());
    drills_->step({});
    const auto failed = drills_->snapshot();
    ASSERT_TRUE(failed.failed);
    EXPECT_EQ(failed.failures, 1U);

    (void)back_up();
    drills_->step({});
    EXPECT_TRUE(drills_->snapshot().failed) << "not at once again";
    clock_.advance(24h);
    drills_->step({});
    EXPECT_EQ(drills_->snapshot().failed, std::nullopt);
    EXPECT_EQ(drills_->snapshot().failures, 1U);
}

TEST_F(DrillScheduleTest, FindsNoFaultInABackupOfAnEarlierCode) {
    (void)back_up();
    (void)store::renew_recovery_code(*register_);
    drills_->step({});
    EXPECT_EQ(drills_->snapshot().failed, std::nullopt);
    EXPECT_EQ(drills_->snapshot().tried_at, std::nullopt);

    (void)back_up();
    drills_->step({});
    EXPECT_EQ(made(), 1U);
}

TEST_F(DrillScheduleTest, SaysToAPersonThatThereIsNone) {
    EXPECT_THROW((void)drills_->run({}), store::StoreError);
}

}  // namespace
}  // namespace tizilim
