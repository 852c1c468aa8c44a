#include "store/store_error.h"
#include "tests/durability/office.h"
#include "tests/durability/recorded_disk.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace tizilim::durability {
namespace {

using Kind = store::StoreError::Kind;

struct Case {
    const char* name;
    Fault fault;
    Kind kind;
};

class FailingDisk : public testing::TestWithParam<Case> {
protected:
    /// The kind of failure of one act; nothing: it was done.
    static std::optional<Kind> failure_of_act(Office& office) {
        try {
            office.act();
        } catch (const store::StoreError& error) {
            EXPECT_NE(std::string(error.what()), "");
            return error.kind();
        }
        return {};
    }
};

TEST_P(FailingDisk, LosesNothingWhicheverWriteFailsAndGoesOnWhenItIsMended) {
    Office office(11);
    for (int i = 0; i < 15; ++i) office.act();
    int failures = 0;

    for (int act = 0; act < 12; ++act) {
        // The first write of the act fails, then the second, until it gets through.
        for (std::uint64_t calls = 0;; ++calls) {
            const Snapshot before = Office::snapshot(office.get());
            disk().watch(office.file());
            disk().fail_after(calls, GetParam().fault);
            const std::optional<Kind> failure = failure_of_act(office);
            const std::uint64_t failed = disk().mend();
            (void)disk().stop();
            if (failed == 0) break;
            if (!failure) continue;  // what failed was not needed: disk held ahead
            ++failures;
            EXPECT_EQ(*failure, GetParam().kind) << "act " << act << ", after " << calls;
            EXPECT_EQ(Office::snapshot(office.get()), before) << act << ", after " << calls;
            office.open();
            EXPECT_EQ(Office::snapshot(office.get()), before) << act << ", after " << calls;
        }
    }

    const Snapshot before = Office::snapshot(office.get());
    office.add();
    EXPECT_EQ(Office::snapshot(office.get()).entries.size(), before.entries.size() + 1);
    EXPECT_GE(failures, 12);
    std::printf("%s: %d failed acts, nothing lost\n", GetParam().name, failures);
}

INSTANTIATE_TEST_SUITE_P(Durability, FailingDisk,
                         testing::Values(Case{"no_space", Fault::no_space, Kind::disk_full},
                                         Case{"io_error", Fault::io_error, Kind::io},
                                         Case{"short_write", Fault::short_write, Kind::io},
                                         Case{"sync_fails", Fault::sync_fails, Kind::io}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tizilim::durability
