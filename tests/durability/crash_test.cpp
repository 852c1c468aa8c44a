#include "store/register_impl.h"
#include "tests/durability/crash_images.h"
#include "tests/durability/office.h"
#include "tests/durability/recorded_disk.h"
#include "tests/durability/unpinned.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::durability {
namespace {

/// How many images a test tries unless TIZILIM_DURABILITY_IMAGES says it.
constexpr std::uint64_t kImages = 450;

std::uint64_t images_wanted(std::uint64_t usual) {
    const char* wanted = std::getenv("TIZILIM_DURABILITY_IMAGES");
    return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

/// A work load, with the file before it, what the disk was asked to do, and what the register
/// showed after each act.
struct Recording {
    RegisterImage before;
    std::vector<DiskEvent> events;
    std::vector<Snapshot> shown;
};

struct Outcome {
    std::uint64_t images = 0;
    std::uint64_t lost = 0;
    std::string first_loss;
};

class Durability : public testing::Test {
protected:
    static constexpr std::uint64_t kHalfBytes = std::uint64_t{512} << 10;  ///< of a log

    template <class Act>
    Recording record(Office& office, int acts, const Act& act) {
        Recording recording{
            RegisterImage::read(office.file()), {}, {Office::snapshot(office.get())}};
        disk().watch(office.file());
        for (int i = 0; i < acts; ++i) {
            act();
            disk().acknowledge();
            recording.shown.push_back(Office::snapshot(office.get()));
        }
        recording.events = disk().stop();
        return recording;
    }

    /// About `images` of the files that a crash may leave, spread over the whole of the work.
    Outcome crash_everywhere(const Office& office, const Recording& recording, Syncs syncs,
                             std::uint64_t images) {
        Outcome outcome;
        const std::uint64_t prefixes = recording.events.size();
        CrashImages crash(recording.before, recording.events, syncs);
        std::uint64_t prefix = 0;
        do {
            const std::uint64_t due = (prefix + 1) * images / (prefixes + 1);
            for (; outcome.images < due; ++outcome.images) {
                // One in eight keeps nothing that was not synced, one keeps all.
                const std::uint64_t seed = outcome.images % 8;
                try_image(office, recording, crash, seed < 2 ? seed : outcome.images, outcome);
            }
            ++prefix;
        } while (crash.next());
        return outcome;
    }

    /// A folder with nothing but the register that a crash left.
    std::filesystem::path folder_of(const RegisterImage& image) {
        std::filesystem::path folder = directory_ / "image";
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
        image.write(store::register_file(folder));
        return folder;
    }

    /// `images` of the files that a crash may leave before each of the few events after one that
    /// `where` names, and right before it.
    template <class Where>
    Outcome crash_around(const Office& office, const Recording& recording, std::uint64_t images,
                         const Where& where) {
        constexpr std::size_t kEventsAfter = 6;
        Outcome outcome;
        CrashImages crash(recording.before, recording.events, Syncs::all);
        std::size_t left = 0;
        for (const DiskEvent& event : recording.events) {
            if (where(event)) left = kEventsAfter;
            for (std::uint64_t seed = 0; left > 0 && seed < images; ++seed, ++outcome.images) {
                try_image(office, recording, crash, seed, outcome);
            }
            if (left > 0) --left;
            (void)crash.next();
        }
        return outcome;
    }

    void try_image(const Office& office, const Recording& recording, const CrashImages& crash,
                   std::uint64_t seed, Outcome& outcome) {
        const std::size_t acknowledged = crash.acknowledged();
        const std::size_t next = std::min(acknowledged + 1, recording.shown.size() - 1);
        const auto fault = office.fault_of(folder_of(crash.after_crash(seed)),
                                           recording.shown[acknowledged], recording.shown[next]);
        if (!fault) return;
        ++outcome.lost;
        if (outcome.first_loss.empty()) {
            outcome.first_loss = "after " + std::to_string(acknowledged) + " acts, seed " +
                                 std::to_string(seed) + ": " + *fault;
        }
    }

    static std::size_t count(const Recording& recording, DiskEvent::Kind kind) {
        return static_cast<std::size_t>(
            std::ranges::count(recording.events, kind, &DiskEvent::kind));
    }

    /// How often a generation of the log began.
    static std::size_t generations(const Recording& recording) {
        return static_cast<std::size_t>(std::ranges::count_if(recording.events, begins));
    }

    static bool begins(const DiskEvent& event) {
        return event.kind == DiskEvent::Kind::write && event.file == DiskFile::log &&
               event.at % kHalfBytes == 0;
    }

    static void print(const char* what, const Outcome& outcome) {
        std::printf("%s: %llu images tried, %llu lost\n", what,
                    static_cast<unsigned long long>(outcome.images),
                    static_cast<unsigned long long>(outcome.lost));
    }

    support::TempDirectory directory_;
};

TEST_F(Durability, LosesNothingAcknowledgedWhereverACrashCuts) {
    Outcome all;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Office office(seed);
        const Recording recording = record(office, 50, [&] { office.act(); });

        const Outcome outcome =
            crash_everywhere(office, recording, Syncs::all, images_wanted(kImages));

        EXPECT_EQ(outcome.lost, 0U) << outcome.first_loss;
        all.images += outcome.images;
        all.lost += outcome.lost;
    }
    print("all syncs done", all);
}

TEST_F(Durability, LosesNothingWhenTheSteadyStateMovesOn) {
    Office office(8);
    const Recording recording = record(office, 150, [&] { office.act(); });

    const Outcome outcome = crash_around(office, recording, 16, begins);

    EXPECT_GE(generations(recording), 4U);
    EXPECT_EQ(outcome.lost, 0U) << outcome.first_loss;
    print("while the steady state moves on", outcome);
}

TEST_F(Durability, LosesNothingWhenDaysBeginAndEnd) {
    Office office(6);
    int acts = 0;
    // What the register writes when it is closed and opened is recorded with the act after it.
    const Recording recording = record(office, 24, [&] {
        if (++acts % 3 == 0) office.open();
        office.act();
    });

    const Outcome outcome = crash_everywhere(office, recording, Syncs::all, images_wanted(kImages));

    EXPECT_GE(count(recording, DiskEvent::Kind::made), 8U);
    EXPECT_GE(count(recording, DiskEvent::Kind::removed), 8U);
    EXPECT_EQ(outcome.lost, 0U) << outcome.first_loss;
    print("closed and opened", outcome);
}

TEST_F(Durability, LosesNothingWhenARecoveryIsCutOff) {
    constexpr int kCrashes = 24;
    Office office(7);
    const Recording recording = record(office, 40, [&] { office.act(); });
    CrashImages crash(recording.before, recording.events, Syncs::all);
    Outcome all;

    for (std::uint64_t i = 1; i <= kCrashes; ++i) {
        const std::size_t until = recording.events.size() * i / kCrashes;
        for (std::size_t done = (recording.events.size() * (i - 1)) / kCrashes; done < until;
             ++done) {
            ASSERT_TRUE(crash.next());
        }
        const std::size_t acknowledged = crash.acknowledged();
        const std::size_t next = std::min(acknowledged + 1, recording.shown.size() - 1);
        Recording recovery{crash.after_crash(i), {}, {}};
        recovery.shown = {recording.shown[acknowledged], recording.shown[next]};
        const std::filesystem::path folder = folder_of(recovery.before);
        disk().watch(store::register_file(folder));
        const auto fault = office.fault_of(folder, recovery.shown[0], recovery.shown[1]);
        recovery.events = disk().stop();
        EXPECT_EQ(fault, std::nullopt);

        const Outcome outcome = crash_everywhere(office, recovery, Syncs::all,
                                                 recovery.events.empty() ? 0 : kImages / kCrashes);

        EXPECT_EQ(outcome.lost, 0U) << outcome.first_loss;
        all.images += outcome.images;
        all.lost += outcome.lost;
    }
    print("while a crash is recovered from", all);
    EXPECT_GE(all.images, kImages / 2);
}

TEST_F(Durability, LosesMuchWithoutSyncsSoTheTestCanFail) {
    Office office(4);
    const Recording recording = record(office, 30, [&] { office.act(); });
    const std::uint64_t images = images_wanted(kImages) / 4;

    const Outcome not_of_log = crash_everywhere(office, recording, Syncs::not_of_log, images);
    const Outcome meta_only = crash_everywhere(office, recording, Syncs::meta_only, images);
    const Outcome none = crash_everywhere(office, recording, Syncs::none, images);

    print("the log not synced", not_of_log);
    print("only the meta page synced", meta_only);
    print("nothing synced", none);
    EXPECT_GT(not_of_log.lost, images / 4);
    EXPECT_GT(meta_only.lost, images / 4);
    EXPECT_GT(none.lost, images / 4);
}

TEST_F(Durability, LosesMuchWithoutThePinnedReader) {
    const Unpinned unpinned;
    Office office(4);
    const Recording recording = record(office, 30, [&] { office.act(); });

    const Outcome outcome =
        crash_everywhere(office, recording, Syncs::all, images_wanted(kImages) / 4);

    print("without the pinned reader", outcome);
    EXPECT_GT(outcome.lost, 0U);
}

/// As if the log had one place for its beginning: the new one is written over the old.
TEST_F(Durability, LosesMuchWhenGenerationsBeginInPlace) {
    Office office(4);
    Recording recording = record(office, 150, [&] { office.act(); });
    std::vector<DiskEvent> in_place;
    for (DiskEvent& event : recording.events) {
        if (begins(event)) {
            in_place.push_back({DiskEvent::Kind::write, DiskFile::log, kHalfBytes - event.at,
                                std::string(kSectorBytes, '\0')});
        }
        in_place.push_back(std::move(event));
    }
    recording.events = std::move(in_place);

    const Outcome outcome = crash_around(office, recording, 16, begins);

    print("generations begun in place", outcome);
    EXPECT_GT(outcome.lost, 0U);
}

TEST_F(Durability, LosesNothingWhileTheMapGrows) {
    Office office(5);
    // The map is 16 MiB at first.
    for (int i = 0; i < 5; ++i) office.import_rows(150, 16'000);
    const std::uint64_t used = office.get().figures().bytes;
    const Recording recording = record(office, 3, [&] { office.import_rows(150, 16'000); });

    const Outcome outcome = crash_everywhere(office, recording, Syncs::all, 16);

    EXPECT_LT(used, 16U << 20);
    EXPECT_GT(office.get().figures().bytes, 16U << 20);
    EXPECT_EQ(outcome.lost, 0U) << outcome.first_loss;
    print("while the map grows", outcome);
}

}  // namespace
}  // namespace tizilim::durability
