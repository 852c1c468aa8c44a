#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"
#include "tests/support/link_emulator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <random>
#include <set>
#include <signal.h>
#include <string>
#include <sys/types.h>

namespace tizilim::process {
namespace {

using std::chrono::milliseconds;

constexpr int kSyncKills = 200;
constexpr int kKillsOfEach = 50;
/// So that a delivery takes longer than the moments at which kills fall.
constexpr milliseconds kRoundTrip{40};
constexpr int kMomentsMilliseconds = 300;

/// An office and its unified system, with a slow link between them.
class KilledForLong : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(unified_.start()); }

    /// -1: it does not run now.
    [[nodiscard]] pid_t pid_of(const std::string& program) const {
        return static_cast<pid_t>(
            number_at(api_.get("/status").json, {"processes", program, "pid"}));
    }
    [[nodiscard]] std::int64_t delivered() const {
        return number_at(api_.get("/status").json, {"entries", "delivered"});
    }
    /// After a kill: whoever asks for an exchange has a new one started at once.
    [[nodiscard]] pid_t running_sync() const {
        pid_t sync = -1;
        (void)support::eventually(kDeliveryTime, [&] {
            sync = pid_of("network");
            if (sync > 0 && sync != killed_) return true;
            (void)api_.post("/api/v1/sync", {});
            return false;
        });
        return sync;
    }
    /// Records an entry and returns at some moment of its delivery.
    void record_and_wait() {
        const std::uint64_t before = link_.totals().requests;
        ASSERT_EQ(office_.tizilim(office_.add_arguments(++recorded_)).code, 0) << office_.log();
        (void)support::eventually(kCommandTime, [&] { return link_.totals().requests > before; });
        const auto moment = milliseconds(random_() % std::uint32_t{kMomentsMilliseconds});
        (void)support::eventually(moment, [] { return false; });
    }
    void kill(pid_t process) {
        EXPECT_EQ(::kill(process, SIGKILL), 0);
        killed_ = process;
    }
    void expect_nothing_lost_and_nothing_twice() {
        ASSERT_GT(running_sync(), 0) << office_.log();
        ASSERT_TRUE(support::eventually(kDeliveryTime * 4, [&] {
            return delivered() == recorded_;
        })) << office_.log();
        std::set<std::string> ids;
        for (const HeldDocument& held : unified_.entries()) {
            EXPECT_TRUE(ids.insert(held.id).second) << held.id;
            EXPECT_TRUE(held.revision.starts_with("1-")) << held.revision;
        }
        EXPECT_EQ(ids.size(), static_cast<std::size_t>(recorded_));
        const platform::JsonValue status = api_.get("/status").json;
        EXPECT_EQ(number_at(status, {"entries", "recorded"}), recorded_);
        EXPECT_EQ(number_at(status, {"balanceError"}), 0);
        EXPECT_EQ(office_.tizilim({"verify"}).code, 0);
    }

    UnifiedSystem unified_;
    support::LinkEmulator link_{unified_.port(), {.round_trip = kRoundTrip}};
    Office office_{UnifiedSystem::url_at(link_.port())};
    LocalApi api_{office_};
    std::mt19937 random_{1};  // a seed that stands here, so that a failure is like the one before
    int recorded_ = 0;
    pid_t killed_ = 0;  ///< the last one
};

TEST_F(KilledForLong, InTheMidstOfDeliveryTheSyncProgramLosesNothingAndSendsEachEntryOnce) {
    ASSERT_TRUE(office_.start()) << office_.log();
    int in_the_midst = 0;

    for (int kills = 0; kills < kSyncKills; ++kills) {
        const pid_t sync = running_sync();
        ASSERT_GT(sync, 0) << office_.log();
        ASSERT_NO_FATAL_FAILURE(record_and_wait());
        kill(sync);
        if (delivered() < recorded_) ++in_the_midst;
    }

    std::cout << kSyncKills << " kills, " << in_the_midst << " before the receipt\n";
    EXPECT_GT(in_the_midst, kSyncKills / 2);
    ASSERT_TRUE(office_.daemon().running()) << office_.log();
    expect_nothing_lost_and_nothing_twice();
}

TEST_F(KilledForLong, EachOfTheThreeInTurnLosesNothingAndSendsEachEntryOnce) {
    enum class Killed { sync, registers, supervisor };
    ASSERT_TRUE(office_.start()) << office_.log();

    for (int kills = 0; kills < kKillsOfEach; ++kills) {
        for (const Killed which : {Killed::sync, Killed::registers, Killed::supervisor}) {
            const pid_t sync = running_sync();
            const pid_t registers = pid_of("register");
            ASSERT_TRUE(sync > 0 && registers > 0) << office_.log();
            ASSERT_NO_FATAL_FAILURE(record_and_wait());
            const pid_t killed = which == Killed::sync        ? sync
                                 : which == Killed::registers ? registers
                                                              : office_.daemon().pid();
            kill(killed);
            if (which == Killed::sync) continue;
            ASSERT_TRUE(office_.daemon().wait(kCommandTime)) << office_.log();
            ASSERT_TRUE(office_.start()) << office_.log();
        }
    }

    std::cout << kKillsOfEach << " kills of each, " << recorded_ << " entries\n";
    expect_nothing_lost_and_nothing_twice();
}

}  // namespace
}  // namespace tizilim::process
