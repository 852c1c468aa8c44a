#include "platform/check.h"
#include "store/book/records.h"
#include "store/disk/lmdb_pages.h"
#include "store/disk/tables.h"
#include "store/entry/rules.h"
#include "store/keys/seal.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/durability/crash_images.h"
#include "tests/durability/office.h"
#include "tests/support/said.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/store/raw_register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::durability {
namespace {

using store::StoreError;
using store::Table;
using testing::HasSubstr;

constexpr std::uint64_t kPage = 4096;

/// How the register took a damaged file; the child's exit code, apart from those of sanitizers.
enum class Taken : int {
    unharmed = 40,  ///< all reads as before, verify finds nothing
    refused,        ///< not opened, with a named error
    named,          ///< opened; verify or the reading names what is wrong, the rest is read
    silent,         ///< something else than before is shown, and nothing said
    unnamed,        ///< an exception that is no StoreError
    unreadable,     ///< more was lost than the damaged row
    written_to,     ///< refused, and changed all the same
    crashed
};

class DamagedFile : public testing::Test {
protected:
    DamagedFile() : office_(21) {
        while (Office::snapshot(office_.get()).entries.size() < 50) office_.act();
        office_.deliver_all();
        for (int i = 0; i < 5; ++i) office_.act();
        expected_ = Office::snapshot(office_.get());
        office_.close();
        sound_ = FileImage::read(office_.file());
        pages_ = store::check_pages(office_.file(), store::PagesToCheck::all).bytes_claimed / kPage;
        settings_ = office_.settings();
        settings_.directory = directory_ / "register";
        settings_.anchor_directory = directory_ / "anchors";
        file_ = store::register_file(settings_.directory);
    }

    void put(const FileImage& image) {
        std::filesystem::remove_all(settings_.directory);
        std::filesystem::remove_all(settings_.anchor_directory);
        std::filesystem::create_directory(settings_.directory);
        std::filesystem::copy(office_.anchors(), settings_.anchor_directory);
        image.write(file_);
    }

    struct Flip {
        std::uint64_t at;
        int bit;
    };

    [[nodiscard]] FileImage flipped(const Flip& flip) const {
        FileImage image = sound_;
        const char byte = flip.at < image.bytes.size() ? image.bytes[flip.at] : '\0';
        image.put(flip.at, std::string(1, static_cast<char>(byte ^ (1 << flip.bit))));
        return image;
    }

    /// So many bits of a page, half of them where the structure is: in the header and the offsets.
    std::vector<Flip> flips_of(std::uint64_t page, std::uint64_t count) {
        std::vector<Flip> flips;
        for (std::uint64_t i = 0; i < count; ++i) {
            flips.push_back({page * kPage + engine_() % (i % 2 == 0 ? kPage : 160),
                             static_cast<int>(engine_() % 8)});
        }
        return flips;
    }

    /// How often each way of taking one of these, each of them allowed.
    std::map<Taken, int> outcomes_of(const std::vector<Flip>& flips) {
        std::vector<Image> images;
        for (const Flip& flip : flips) {
            images.emplace_back([this, flip] { return flipped(flip); });
        }
        const std::vector<Taken> results = taken(images);
        std::map<Taken, int> outcomes;
        for (std::size_t i = 0; i < results.size(); ++i) {
            ++outcomes[results[i]];
            EXPECT_LE(results[i], Taken::named) << "byte " << flips[i].at << " bit " << flips[i].bit
                                                << ": " << static_cast<int>(results[i]);
        }
        std::printf("%zu flips: %d harmless, %d refused, %d named\n", flips.size(),
                    outcomes[Taken::unharmed], outcomes[Taken::refused], outcomes[Taken::named]);
        return outcomes;
    }

    Taken taken(const FileImage& image) {
        return taken(std::vector<Image>{[&] { return image; }}).front();
    }

    using Image = std::function<FileImage()>;

    /// In a process of its own, so that a crash is seen as one; the next after it in another.
    std::vector<Taken> taken(const std::vector<Image>& images) {
        std::vector<Taken> results;
        while (results.size() < images.size()) {
            std::array<int, 2> ends{};
            CHECK(::pipe(ends.data()) == 0);
            const pid_t child = ::fork();
            CHECK(child >= 0);
            if (child == 0) {
                for (std::size_t i = results.size(); i < images.size(); ++i) {
                    const char result = static_cast<char>(take(images[i]()));
                    CHECK(::write(ends[1], &result, 1) == 1);
                }
                ::_exit(0);
            }
            ::close(ends[1]);
            char result = 0;
            while (::read(ends[0], &result, 1) == 1) results.push_back(static_cast<Taken>(result));
            ::close(ends[0]);
            CHECK(::waitpid(child, nullptr, 0) == child);
            if (results.size() < images.size()) results.push_back(Taken::crashed);
        }
        return results;
    }

    Taken take(const FileImage& image) {
        put(image);
        const std::string before = FileImage::read(file_).bytes;
        const Taken result = use();
        if (result != Taken::refused) return result;
        return FileImage::read(file_).bytes == before ? result : Taken::written_to;
    }

    [[nodiscard]] Taken use() const {
        support::SeededRandom random(5);
        try {
            store::Register opened(settings_, office_.keys(), office_.clock(), random);
            const Taken result = read(opened);
            try_to_add(opened);
            return result;
        } catch (const StoreError&) {
            return Taken::refused;
        } catch (const std::exception&) {
            return Taken::unnamed;
        }
    }

    [[nodiscard]] Taken read(store::Register& opened) const {
        bool said = opened.book().problem.has_value();
        try {
            const Snapshot is = Office::snapshot(opened);
            if (is == expected_) return Taken::unharmed;
            return said ? Taken::named : Taken::silent;
        } catch (const StoreError&) {
            said = true;
        }
        std::size_t readable = 0;
        for (std::size_t number = 1; number <= expected_.entries.size(); ++number) {
            try {
                (void)store::OwnerSession(opened).show(std::to_string(number));
                ++readable;
            } catch (const StoreError&) {
                continue;
            }
        }
        return readable + 1 >= expected_.entries.size() ? Taken::named : Taken::unreadable;
    }

    static void try_to_add(store::Register& opened) {
        store::EntryTexts input;
        input.application_date = "2026-11-02";
        input.basis_type = "investigator_resolution";
        input.basis_number = "1";
        input.basis_date = "2026-11-02";
        input.basis_issuer = "x";
        input.essence = "x";
        input.form = "court";
        input.minutes = "1";
        input.language = "ru";
        try {
            (void)store::OwnerSession(opened).add(input);
        } catch (const StoreError&) {
            return;  // by name
        }
    }

    support::TempDirectory directory_;
    Office office_;
    Snapshot expected_;
    FileImage sound_;
    std::uint64_t pages_ = 0;
    store::RegisterSettings settings_;
    std::filesystem::path file_;
    std::mt19937_64 engine_{3};
};

std::uint64_t flips_a_page() {
    const char* wanted = std::getenv("TIZILIM_DURABILITY_FLIPS");
    return wanted == nullptr ? 7 : std::strtoull(wanted, nullptr, 10);
}

TEST_F(DamagedFile, IsNamedOrHarmlessWhicheverBitIsFlipped) {
    ASSERT_EQ(taken(sound_), Taken::unharmed);
    std::vector<Flip> flips;
    for (std::uint64_t page = 0; page < pages_; ++page) {
        for (const Flip& flip : flips_of(page, flips_a_page())) {
            flips.push_back(flip);
        }
    }

    std::map<Taken, int> outcomes = outcomes_of(flips);

    EXPECT_GE(flips.size(), 700U);
    EXPECT_GT(outcomes[Taken::unharmed], 40);
    EXPECT_GT(outcomes[Taken::refused], 20);
    EXPECT_GT(outcomes[Taken::named], 40);
}

TEST_F(DamagedFile, IsNamedOrHarmlessWhicheverPageIsGone) {
    std::vector<Image> images;
    for (std::uint64_t page = 0; page < pages_; ++page) {
        images.emplace_back([this, page] {
            FileImage image = sound_;
            image.put(page * kPage, std::string(kPage, page % 2 == 0 ? '\0' : '\xff'));
            return image;
        });
    }

    const std::vector<Taken> results = taken(images);

    for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_LE(results[i], Taken::named) << "page " << i;
    }
}

TEST_F(DamagedFile, IsStillReadRowByRow) {
    support::SeededRandom random(6);
    const store::Seal seal(*office_.keys().load(store::kKeyName), random);
    const auto versions = [&] {
        std::set<std::string> found;
        store::salvage_rows(file_, [&](const store::SalvagedRow& row) {
            if (row.table && *row.table != "versions") return;
            const auto bytes = seal.open("versions", row.key, row.value);
            if (!bytes) return;
            (void)store::EntryCodec::unpack(*bytes);
            found.emplace(row.key);
        });
        return found.size();
    };
    put(sound_);
    const std::size_t all = versions();
    FileImage image = sound_;
    // Both states lose their beginning: nothing says any more which page belongs to which table.
    image.put(0, std::string(2 * kPage, '\0'));
    EXPECT_EQ(taken(image), Taken::refused);

    put(image);

    EXPECT_GE(all, 50U);
    EXPECT_EQ(versions(), all);
}

class TornJournal : public testing::Test {
protected:
    TornJournal() : office_(31) {
        for (int i = 0; i < 12; ++i) office_.act();
        records_ = Office::snapshot(office_.get()).journal_records;
        office_.close();
    }
    template <class Change>
    std::string first_bad_after(std::size_t row, const Change& change) {
        support::SeededRandom random(7);
        RawRegister(office_.settings(), office_.keys(), random).change(Table::journal, row, change);
        forget_anchor();
        office_.open();
        return support::said(office_.get().verify({}).first_bad);
    }

    /// It would hold acts back before the journal is looked at.
    void forget_anchor() const {
        std::filesystem::remove_all(office_.anchors());
        std::filesystem::create_directory(office_.anchors());
    }

    Office office_;
    std::uint64_t records_ = 0;
};

TEST_F(TornJournal, NamesARecordThatIsCutOff) {
    for (const std::size_t left : {0U, 1U, 40U, 100U}) {
        std::string whole;
        EXPECT_THAT(first_bad_after(4,
                                    [&](std::string& bytes) {
                                        whole = bytes;
                                        bytes.resize(left);
                                    }),
                    HasSubstr("journal record 5"))
            << left;
        office_.close();
        EXPECT_EQ(first_bad_after(4, [&](std::string& bytes) { bytes = whole; }), "");
        office_.close();
    }
}

TEST_F(TornJournal, IsNotWrittenOn) {
    const std::string bad = first_bad_after(records_ - 1, [&](std::string& bytes) {
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    });
    EXPECT_THAT(bad, HasSubstr("journal record " + std::to_string(records_)));

    try {
        office_.add();
        FAIL() << "recorded on top of a torn record";
    } catch (const StoreError& error) {
        EXPECT_THAT(error.what(), HasSubstr("last journal record"));
    }
    EXPECT_EQ(support::said(office_.get().verify({}).first_bad), bad);
}

}  // namespace
}  // namespace tizilim::durability
