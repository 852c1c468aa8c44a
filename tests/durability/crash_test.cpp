#include "platform/text/message.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/register/open_register.h"
#include "store/store_error.h"
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

TEST_F(Durability, LosesNothingWhenDaysBeginAndEnd) {
    Office office(6);
    int acts = 0;
    // What the register writes when it is closed and opened is recorded with the act after it.
    const Recording recording = record(office, 24, [&] {
        if (++acts % 3 == 0) office.open();
        office.act();
    });

    const Outcome outcome = crash_everywhere(office, recording, Syncs::all, images_wanted(kImages));

    EXPECT_EQ(outcome.lost, 0U) << outcome.first_loss;
    print("closed and opened", outcome);
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

/// Rows of one number each, all written anew by each transaction.
class Rows {
public:
    static void write(store::Environment& environment, int number) {
        environment.write([&](store::RawWriter& writer) {
            for (int row = 0; row < kRows; ++row) {
                writer.put(store::Table::meta, std::to_string(row), text_of(number));
            }
        });
    }
    /// What is wrong with them; nothing: all are of one number, of these or between them.
    static std::optional<std::string> fault_of(const std::filesystem::path& file, int least,
                                               int greatest) {
        std::optional<std::string> first;
        bool same = true;
        try {
            const store::Environment left(file, store::Environment::Open::existing);
            left.read([&](const store::RawReader& reader) {
                for (int row = 0; row < kRows; ++row) {
                    const std::string is(
                        reader.get(store::Table::meta, std::to_string(row)).value_or(""));
                    if (!first) first = is;
                    same = same && is == first;
                }
            });
            if (const auto fault = left.check_pages()) return in_english(*fault);
        } catch (const store::StoreError& error) {
            return error.what();
        }
        if (!same) return "rows of several transactions";
        for (int number = least; number <= greatest; ++number) {
            if (first == text_of(number)) return {};
        }
        return "an older state";
    }

private:
    static constexpr int kRows = 40;
    static std::string text_of(int number) {
        return std::to_string(number) + std::string(600, 'x');
    }
};

TEST_F(Durability, LosesNothingWhenASyncFailsAndThePowerAfterIt) {
    const std::filesystem::path file = directory_ / "rows.mdb";
    store::Environment environment(file, store::Environment::Open::create);
    Rows::write(environment, 0);
    const FileImage before = FileImage::read(file);
    std::vector<int> written{0};
    disk().watch(file);
    for (int number = 1; number <= 40; ++number) {
        // The pages of one in four are not synced, of another its meta page.
        if (number % 4 >= 2) {
            disk().fail_after(number % 4 == 2 ? 1U : 2U, Fault::sync_fails);
            EXPECT_THROW(Rows::write(environment, number), store::StoreError);
            EXPECT_GE(disk().mend(), 1U);
            continue;
        }
        Rows::write(environment, number);
        disk().acknowledge();
        written.push_back(number);
    }
    CrashImages crash(before, disk().stop(), Syncs::all);
    Outcome outcome;

    do {
        const std::size_t done = crash.acknowledged();
        const int next = done + 1 < written.size() ? written[done + 1] : 40;
        for (std::uint64_t seed = 0; seed < 6; ++seed, ++outcome.images) {
            const std::filesystem::path left = directory_ / "left.mdb";
            crash.after_crash(seed).write(left);
            const auto fault = Rows::fault_of(left, written[done], next);
            if (!fault) continue;
            ++outcome.lost;
            outcome.first_loss = *fault;
        }
    } while (crash.next());

    EXPECT_EQ(outcome.lost, 0U) << outcome.first_loss;
    print("syncs failed", outcome);
}

}  // namespace
}  // namespace tizilim::durability
