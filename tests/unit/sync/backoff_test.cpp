#include "sync/backoff.h"

#include "sync/couch/tuning.h"
#include "tests/support/seeded_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace tizilim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr sync::BackoffRange kRange{milliseconds(2'000), milliseconds(60'000)};

TEST(Backoff, StaysWithinItsBounds) {
    support::SeededRandom random;
    for (int round = 0; round < 50; ++round) {
        sync::Backoff backoff(random);
        milliseconds most = kRange.base;
        for (int i = 0; i < 100; ++i) {
            const milliseconds wait = backoff.next(kRange, {});

            EXPECT_GE(wait, sync::kBackoffFloor);
            EXPECT_LE(wait, sync::kBackoffFloor + most);
            most = std::min(2 * most, kRange.cap);
        }
    }
}

TEST(Backoff, IsDrawnAnewAtTheCap) {
    support::SeededRandom random;
    sync::Backoff backoff(random);
    std::set<milliseconds> waits;
    for (int i = 0; i < 20; ++i) (void)backoff.next(kRange, {});

    for (int i = 0; i < 100; ++i) waits.insert(backoff.next(kRange, {}));

    EXPECT_GT(waits.size(), 90U);
    EXPECT_LT(*waits.begin(), kRange.cap / 4);
    EXPECT_GT(*waits.rbegin(), kRange.cap / 4 * 3);
}

TEST(Backoff, BeginsAgainAfterAReset) {
    support::SeededRandom random;
    sync::Backoff backoff(random);
    for (int i = 0; i < 20; ++i) (void)backoff.next(kRange, {});

    for (int i = 0; i < 50; ++i) {
        backoff.reset();
        EXPECT_LE(backoff.next(kRange, {}), sync::kBackoffFloor + kRange.base);
    }
}

TEST(Backoff, WaitsAtLeastAsLongAsAskedAndSpreadsEvenThat) {
    support::SeededRandom random;
    std::set<milliseconds> waits;
    for (int i = 0; i < 50; ++i) {
        sync::Backoff backoff(random);
        const milliseconds wait = backoff.next(kRange, seconds(30));

        EXPECT_GE(wait, seconds(30));
        EXPECT_LE(wait, seconds(32));
        waits.insert(wait);
    }

    EXPECT_GT(waits.size(), 40U);
}

TEST(Backoff, DoesNotWaitForEver) {
    support::SeededRandom random;
    sync::Backoff backoff(random);

    EXPECT_LE(backoff.next(kRange, std::chrono::hours(10'000)), sync::kRetryAfterMax + kRange.base);
}

}  // namespace
}  // namespace tizilim
