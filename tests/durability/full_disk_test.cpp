#include "store/register/open_register.h"
#include "store/store_error.h"
#include "tests/durability/crash_images.h"
#include "tests/durability/office.h"
#include "tests/durability/recorded_disk.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
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
    struct Failure {
        Kind kind;
        bool known;  ///< it says that nothing was changed
    };

    /// Nothing: it was done.
    static std::optional<Failure> failure_of_act(Office& office) {
        try {
            office.act();
        } catch (const store::StoreError& error) {
            const std::string message = error.what();
            EXPECT_NE(message, "");
            return Failure{error.kind(), message.find("is not known") == std::string::npos};
        }
        return {};
    }

    /// What a process that ends now leaves, as a register that showed this.
    std::optional<std::string> fault_when_killed(const Office& office, const Snapshot& before) {
        const std::filesystem::path folder = directory_ / "killed";
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
        FileImage::read(office.file()).write(store::register_file(folder));
        return office.fault_of(folder, before, before);
    }

    support::TempDirectory directory_;
};

TEST_P(FailingDisk, LosesNothingWhicheverWriteFailsAndGoesOnWhenItIsMended) {
    Office office(11);
    for (int i = 0; i < 15; ++i) office.act();
    int failures = 0;
    int not_known = 0;

    for (int act = 0; act < 12; ++act) {
        // The first write of the act fails, then the second, until it gets through.
        for (std::uint64_t calls = 0;; ++calls) {
            const Snapshot before = Office::snapshot(office.get());
            disk().watch(office.file());
            disk().fail_after(calls, GetParam().fault);
            const std::optional<Failure> failure = failure_of_act(office);
            const std::uint64_t failed = disk().mend();
            (void)disk().stop();
            if (failed == 0) break;
            if (!failure) continue;  // what failed was not needed: disk held ahead
            ++failures;
            if (!failure->known) ++not_known;
            EXPECT_EQ(failure->kind, GetParam().kind) << "act " << act << ", after " << calls;
            EXPECT_EQ(Office::snapshot(office.get()), before) << act << ", after " << calls;
            if (failure->known) {
                EXPECT_EQ(fault_when_killed(office, before), std::nullopt)
                    << act << ", after " << calls;
            }
            office.open();
            EXPECT_EQ(Office::snapshot(office.get()), before) << act << ", after " << calls;
        }
    }

    const Snapshot before = Office::snapshot(office.get());
    office.add();
    EXPECT_EQ(Office::snapshot(office.get()).entries.size(), before.entries.size() + 1);
    EXPECT_GE(failures, 12);
    // Of an act whose meta page failed it can't be said.
    EXPECT_GE(failures - not_known, 12);
    std::printf("%s: %d failed acts, nothing lost; of %d it was not known whether they were done\n",
                GetParam().name, failures, not_known);
}

/// Right after the check, and before the act is on the disk.
TEST(MovedWithinACommit, IsNeverTakenForRecorded) {
    const support::TempDirectory directory;
    const std::filesystem::path aside = directory / "aside.mdb";
    Office office(12);
    for (std::size_t event = 1; event <= 2; ++event) {
        disk().watch(office.file());
        disk().at_event(event, [&] { std::filesystem::rename(office.file(), aside); });

        EXPECT_THROW(office.add(), store::StoreError) << event;

        (void)disk().stop();
        EXPECT_FALSE(std::filesystem::exists(office.file())) << event;
        std::filesystem::rename(aside, office.file());
        EXPECT_NO_THROW(office.add());
    }
}

INSTANTIATE_TEST_SUITE_P(Durability, FailingDisk,
                         testing::Values(Case{"no_space", Fault::no_space, Kind::disk_full},
                                         Case{"io_error", Fault::io_error, Kind::io},
                                         Case{"short_write", Fault::short_write, Kind::io},
                                         Case{"sync_fails", Fault::sync_fails, Kind::io}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tizilim::durability
