#include "store/register_impl.h"
#include "tests/durability/crash_images.h"
#include "tests/durability/office.h"
#include "tests/durability/recorded_disk.h"
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
    FileImage before;
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
    template <class Act>
    Recording record(Office& office, int acts, const Act& act) {
        Recording recording{FileImage::read(office.file()), {}, {Office::snapshot(office.get())}};
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

    void try_image(const Office& office, const Recording& recording, const CrashImages& crash,
                   std::uint64_t seed, Outcome& outcome) {
        const std::filesystem::path folder = directory_ / "image";
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
        crash.after_crash(seed).write(store::register_file(folder));
        const std::size_t acknowledged = crash.acknowledged();
        const std::size_t next = std::min(acknowledged + 1, recording.shown.size() - 1);
        const auto fault =
            office.fault_of(folder, recording.shown[acknowledged], recording.shown[next]);
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

TEST_F(Durability, LosesMuchWithoutSyncsSoTheTestCanFail) {
    Office office(4);
    const Recording recording = record(office, 30, [&] { office.act(); });

    const Outcome meta_only =
        crash_everywhere(office, recording, Syncs::meta_only, images_wanted(kImages) / 4);
    const Outcome none =
        crash_everywhere(office, recording, Syncs::none, images_wanted(kImages) / 4);

    print("only the meta page synced", meta_only);
    print("nothing synced, as MDB_NOSYNC", none);
    EXPECT_GT(meta_only.lost, 0U);
    EXPECT_GT(none.lost, 0U);
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
