#include "store/disk/lmdb.h"

#include "store/disk/tables.h"
#include "store/store_error.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <vector>
#if __has_include(<sanitizer/allocator_interface.h>)  // Clang's
#include <sanitizer/allocator_interface.h>
#endif

namespace tizilim {
namespace {

using store::Environment;
using store::RawReader;
using store::RawWriter;
using store::StoreError;
using store::Table;

class Lmdb : public testing::Test {
protected:
    static std::string get(Environment& environment, const std::string& key) {
        std::string value;
        environment.read([&](const RawReader& reader) {
            value = reader.get(Table::meta, key).value_or("absent");
        });
        return value;
    }
    StoreError::Kind open_failure() {
        try {
            const Environment environment(file_, Environment::Open::existing);
        } catch (const StoreError& error) {
            return error.kind();
        }
        ADD_FAILURE() << "opened";
        return StoreError::Kind::io;
    }
    support::TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "register.mdb";
};

TEST_F(Lmdb, KeepsNothingOfATransactionThatThrew) {
    Environment environment(file_, Environment::Open::create);

    EXPECT_THROW(environment.write([](RawWriter& writer) {
        writer.put(Table::meta, "a", "1");
        throw std::runtime_error("stop");
    }),
                 std::runtime_error);

    EXPECT_EQ(get(environment, "a"), "absent");
    environment.write([](RawWriter& writer) { writer.put(Table::meta, "a", "2"); });
    EXPECT_EQ(get(environment, "a"), "2");
}

TEST_F(Lmdb, GrowsItsMapAndRunsTheTransactionAgain) {
    Environment environment(file_, Environment::Open::create);
    const std::string megabyte(1 << 20, 'x');
    int runs = 0;

    environment.write([&](RawWriter& writer) {
        ++runs;
        for (int i = 0; i < 40; ++i) writer.put(Table::meta, std::to_string(i), megabyte);
    });

    EXPECT_GT(runs, 1);
    EXPECT_EQ(get(environment, "39"), megabyte);
    EXPECT_GT(environment.bytes_used(), 40U << 20);
}

TEST_F(Lmdb, OpensAFileThatIsLargerThanTheFirstMap) {
    {
        Environment environment(file_, Environment::Open::create);
        const std::string megabyte(1 << 20, 'x');
        environment.write([&](RawWriter& writer) {
            for (int i = 0; i < 40; ++i) writer.put(Table::meta, std::to_string(i), megabyte);
        });
    }
    Environment environment(file_, Environment::Open::existing);
    EXPECT_EQ(get(environment, "7").size(), 1U << 20);
}

TEST_F(Lmdb, NeverOverwritesARowThatWasInserted) {
    Environment environment(file_, Environment::Open::create);
    environment.write([](RawWriter& writer) { writer.insert(Table::meta, "a", "1"); });

    EXPECT_THROW(environment.write([](RawWriter& writer) { writer.insert(Table::meta, "a", "2"); }),
                 StoreError);

    EXPECT_EQ(get(environment, "a"), "1");
}

TEST_F(Lmdb, LetsReadersGoOnWhileItGrows) {
    Environment environment(file_, Environment::Open::create);
    environment.write([](RawWriter& writer) { writer.put(Table::meta, "0", "first"); });
    std::atomic<bool> wrong = false;
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
        readers.emplace_back([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                if (get(environment, "0") != "first") wrong = true;
            }
        });
    }
    const std::string half_megabyte(1 << 19, 'x');

    for (int i = 1; i < 80; ++i) {
        environment.write(
            [&](RawWriter& writer) { writer.put(Table::meta, std::to_string(i), half_megabyte); });
    }
    readers.clear();

    EXPECT_FALSE(wrong);
    EXPECT_GT(environment.bytes_used(), 39U << 20);
}

/// Of the heap, as the allocator of this build counts it.
std::size_t bytes_allocated() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return __sanitizer_get_current_allocated_bytes();
#endif
#endif
    return ::mallinfo2().uordblks;
}

class LmdbMemory : public Lmdb {
protected:
    static void write_much(Environment& environment) {
        constexpr unsigned kRows = 20'000;
        environment.write([&](RawWriter& writer) {
            for (unsigned i = 0; i < kRows; ++i)
                writer.put(Table::meta, std::to_string(i), std::string(200, 'x'));
        });
    }
    static constexpr std::size_t kSmall = std::size_t{1} << 20;
};

TEST_F(LmdbMemory, OfALargeTransactionIsGivenBack) {
    Environment environment(file_, Environment::Open::create);
    const std::size_t before = bytes_allocated();

    write_much(environment);

    EXPECT_LT(bytes_allocated(), before + kSmall);
    EXPECT_EQ(get(environment, "19999"), std::string(200, 'x'));
}

TEST_F(LmdbMemory, OfALargeTransactionBesideAReaderIsGivenBackByALaterOne) {
    Environment environment(file_, Environment::Open::create);
    environment.make_room(std::uint64_t{64} << 20);
    const std::size_t before = bytes_allocated();
    environment.read([&](const RawReader& reader) {
        std::jthread([&] { write_much(environment); }).join();
        EXPECT_FALSE(reader.get(Table::meta, "1"));
    });
    EXPECT_GT(bytes_allocated(), before + kSmall);

    environment.write([](RawWriter& writer) { writer.put(Table::meta, "a", "1"); });

    EXPECT_LT(bytes_allocated(), before + kSmall);
    EXPECT_EQ(get(environment, "a"), "1");
    EXPECT_EQ(get(environment, "19999"), std::string(200, 'x'));
}

/// No file can be opened until its end.
class NoDescriptorLeft {
public:
    NoDescriptorLeft() {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    }
    ~NoDescriptorLeft() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }
    NoDescriptorLeft(const NoDescriptorLeft&) = delete;
    NoDescriptorLeft& operator=(const NoDescriptorLeft&) = delete;

private:
    rlimit before_{};
};

TEST_F(LmdbMemory, ThatIsGivenBackNeverMakesAWriteFailThatIsOnTheDisk) {
    Environment environment(file_, Environment::Open::create);
    bool is_said_to_have_failed = false;
    {
        const NoDescriptorLeft none;
        try {
            write_much(environment);
        } catch (const StoreError&) {
            is_said_to_have_failed = true;
        }
        EXPECT_THROW(get(environment, "1"), StoreError);
        EXPECT_THROW(
            environment.write([](RawWriter& writer) { writer.put(Table::meta, "a", "1"); }),
            StoreError);
    }

    EXPECT_FALSE(is_said_to_have_failed);
    EXPECT_EQ(get(environment, "19999"), std::string(200, 'x'));
    EXPECT_EQ(get(environment, "a"), "absent");
    environment.write([](RawWriter& writer) { writer.put(Table::meta, "a", "1"); });
    EXPECT_EQ(get(environment, "a"), "1");
}

TEST_F(Lmdb, ScansInOrderFromAKeyUntilToldToStop) {
    Environment environment(file_, Environment::Open::create);
    environment.write([](RawWriter& writer) {
        for (const char* key : {"d", "a", "c", "b"}) writer.put(Table::meta, key, key);
    });
    std::string seen;
    environment.read([&](const RawReader& reader) {
        reader.scan(Table::meta, "b", [&](std::string_view key, std::string_view) {
            seen += key;
            return key != "c";
        });
    });
    EXPECT_EQ(seen, "bc");
}

TEST_F(Lmdb, ScansBackFromAKeyUntilToldToStop) {
    Environment environment(file_, Environment::Open::create);
    environment.write([](RawWriter& writer) {
        for (const char* key : {"d", "a", "c", "b"}) writer.put(Table::meta, key, key);
    });
    const auto back = [&](std::string_view from, std::string_view last) {
        std::string seen;
        environment.read([&](const RawReader& reader) {
            reader.scan_back(Table::meta, from, [&](std::string_view key, std::string_view) {
                seen += key;
                return key != last;
            });
        });
        return seen;
    };
    EXPECT_EQ(back("c", "b"), "cb");
    EXPECT_EQ(back("cc", "a"), "cba");
    EXPECT_EQ(back("x", ""), "dcba");
    EXPECT_EQ(back("0", ""), "");
}

TEST_F(Lmdb, SaysThatAFileIsAbsentAndMakesNone) {
    EXPECT_EQ(open_failure(), StoreError::Kind::absent);
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(Lmdb, RefusesAFileOfAnotherFormat) {
    std::ofstream(file_) << std::string(64 << 10, 'x');
    EXPECT_EQ(open_failure(), StoreError::Kind::damaged);
}

TEST_F(Lmdb, RefusesAFileThatIsCutOffAnywhere) {
    {
        Environment environment(file_, Environment::Open::create);
        environment.write(
            [](RawWriter& writer) { writer.put(Table::meta, "a", std::string(100 << 10, 'x')); });
    }
    const std::uintmax_t size = std::filesystem::file_size(file_);
    for (std::uintmax_t left = size - 4096; left <= size; left -= 4096) {
        std::filesystem::resize_file(file_, left);
        EXPECT_EQ(open_failure(), StoreError::Kind::damaged) << left;
        EXPECT_EQ(std::filesystem::file_size(file_), left) << "the damage was written over";
    }
}

TEST_F(Lmdb, SaysThatAFolderIsNoPlaceForAFile) {
    std::filesystem::create_directory(file_);
    EXPECT_NE(open_failure(), StoreError::Kind::damaged);
}

}  // namespace
}  // namespace tizilim
