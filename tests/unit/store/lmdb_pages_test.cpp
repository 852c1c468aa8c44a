#include "store/disk/lmdb_pages.h"

#include "platform/text/message.h"
#include "store/disk/lmdb.h"
#include "store/disk/lmdb_page.h"
#include "store/disk/lmdb_page_file.h"
#include "store/disk/tables.h"
#include "store/store_error.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim {
namespace {

using store::Environment;
using store::PagesToCheck;
using store::RawReader;
using store::RawWriter;
using store::StoreError;
using store::Table;
using testing::HasSubstr;

constexpr std::uint64_t kPage = 4096;

class LmdbPages : public testing::Test {
protected:
    using Rows = std::map<std::pair<std::size_t, std::string>, std::string>;

    static Rows rows_of(const Environment& environment) {
        Rows rows;
        environment.read([&](const RawReader& reader) {
            for (std::size_t i = 0; i < store::kTableCount; ++i) {
                reader.scan(static_cast<Table>(i), {}, [&](std::string_view key, auto value) {
                    rows.emplace(std::pair(i, std::string(key)), value);
                    return true;
                });
                EXPECT_EQ(reader.count(static_cast<Table>(i)), count_of(rows, i));
            }
        });
        return rows;
    }
    static std::size_t count_of(const Rows& rows, std::size_t table) {
        std::size_t count = 0;
        for (const auto& [name, value] : rows) count += name.first == table ? 1 : 0;
        return count;
    }

    /// Puts, overwrites and erases rows of many sizes, so that pages split, merge and are freed.
    void change(Environment& environment) {
        environment.write([&](RawWriter& writer) {
            for (int i = 0; i < 20; ++i) {
                const auto table = static_cast<Table>(engine_() % 3);
                const std::string key = std::to_string(engine_() % 300);
                const std::size_t size = engine_() % 30 == 0 ? engine_() % 9000 : engine_() % 400;
                if (engine_() % 3 == 0) {
                    writer.erase(table, key);
                } else {
                    writer.put(table, key, std::string(size, static_cast<char>(engine_() % 256)));
                }
            }
        });
    }
    void make_file(int transactions) {
        Environment environment(file_, Environment::Open::create);
        for (int i = 0; i < transactions; ++i) change(environment);
    }

    [[nodiscard]] std::string bytes(std::uint64_t at, std::size_t count) const {
        return store::lmdb::PageFile(file_).read(at, count);
    }
    void put_bytes(std::uint64_t at, std::string_view bytes) const {
        std::fstream stream(file_, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(static_cast<std::streamoff>(at));
        stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    void flip(std::uint64_t at, int bit) const {
        std::string byte = bytes(at, 1);
        byte[0] = static_cast<char>(byte[0] ^ (1 << bit));
        put_bytes(at, byte);
    }
    [[nodiscard]] std::optional<std::string> fault() const {
        const auto fault = store::check_pages(file_, PagesToCheck::all).fault;
        return fault ? std::optional(in_english(*fault)) : std::nullopt;
    }
    [[nodiscard]] store::lmdb::Meta newest() const {
        const auto metas = store::lmdb::PageFile(file_).metas();
        return metas.even->transaction < metas.odd->transaction ? *metas.odd : *metas.even;
    }
    /// The page at the top of the first table: a branch when the table is large enough.
    [[nodiscard]] std::uint64_t top_of_meta() const {
        const std::string tables = bytes(newest().main.root * kPage, kPage);
        const store::lmdb::NodePage page(tables);
        for (std::size_t i = 0; i < page.count().value_or(0); ++i) {
            const auto node = page.node(i);
            if (node->key == "meta") return store::lmdb::TreeRecord::read(node->value).root;
        }
        return 0;
    }

    std::mt19937_64 engine_{7};
    support::TempDirectory directory_;
    std::filesystem::path file_ = directory_ / "register.mdb";
};

TEST_F(LmdbPages, FindsNothingWrongWithWhatLmdbWrites) {
    Environment environment(file_, Environment::Open::create);
    EXPECT_EQ(fault(), std::nullopt);
    for (int i = 0; i < 200; ++i) {
        change(environment);

        EXPECT_EQ(environment.check_pages(), std::nullopt) << i;
        EXPECT_EQ(fault(), std::nullopt) << i;
    }
    environment.write([](RawWriter& writer) {
        for (int key = 0; key < 300; ++key) writer.erase(Table::meta, std::to_string(key));
    });
    EXPECT_EQ(fault(), std::nullopt) << "an empty table";
}

TEST_F(LmdbPages, ChecksAStateThatAReaderHoldsWhileOthersWrite) {
    Environment environment(file_, Environment::Open::create);
    for (int i = 0; i < 20; ++i) change(environment);

    environment.read([&](const RawReader&) {
        for (int i = 0; i < 5; ++i) change(environment);
        EXPECT_EQ(environment.check_pages(), std::nullopt);
    });
    EXPECT_EQ(fault(), std::nullopt);
}

TEST_F(LmdbPages, NamesEveryFlippedBitThatIsNotHarmless) {
    make_file(12);
    Rows before;
    {
        const Environment environment(file_, Environment::Open::existing);
        before = rows_of(environment);
    }
    const std::uint64_t pages = store::check_pages(file_, PagesToCheck::all).bytes_claimed / kPage;
    int named = 0;
    int harmless = 0;
    int changed_rows = 0;
    for (std::uint64_t page = 0; page < pages; ++page) {
        for (int i = 0; i < 24; ++i) {
            // Half of them where the structure is: in the header and the offsets.
            const std::uint64_t at = page * kPage + engine_() % (i % 2 == 0 ? kPage : 200);
            const int bit = static_cast<int>(engine_() % 8);
            flip(at, bit);
            try {
                const Environment environment(file_, Environment::Open::existing);
                const Rows after = rows_of(environment);
                // What is in a row its seal vouches for; that there are as many is the file's part.
                EXPECT_EQ(after.size(), before.size()) << at << " bit " << bit;
                ++(after == before ? harmless : changed_rows);
            } catch (const StoreError& error) {
                EXPECT_EQ(error.kind(), StoreError::Kind::damaged) << error.what();
                ++named;
            }
            flip(at, bit);
        }
    }
    EXPECT_GT(named, 30);
    EXPECT_GT(harmless, 100);
    EXPECT_GT(changed_rows, 100);
    EXPECT_EQ(fault(), std::nullopt) << "a refused opening changed the file";
}

TEST_F(LmdbPages, NamesThePageAndTheTable) {
    make_file(60);
    const std::uint64_t page = top_of_meta();
    ASSERT_NE(page, 0U);
    put_bytes(page * kPage + 10, std::string(1, '\x02'));

    EXPECT_THAT(fault().value_or(""), testing::AllOf(HasSubstr("page " + std::to_string(page)),
                                                     HasSubstr("of table meta")));
}

TEST_F(LmdbPages, RefusesATableThatLostItsName) {
    make_file(3);
    const std::string all = bytes(0, std::filesystem::file_size(file_));
    for (std::size_t at = all.find("quarantined"); at != std::string::npos;
         at = all.find("quarantined", at + 1)) {
        put_bytes(at, "quarantinee");
    }

    EXPECT_THAT(fault().value_or(""), HasSubstr("table quarantined is missing"));
    EXPECT_THROW(Environment(file_, Environment::Open::existing), StoreError);
}

TEST_F(LmdbPages, OpensAFileWhoseLastFreePagesWereNeverWritten) {
    make_file(10);
    // As if one transaction had made and freed them: the last page is claimed, and free.
    const store::lmdb::Meta meta = newest();
    ASSERT_LT(meta.last_page, 255U);
    put_bytes(meta.transaction % 2 * kPage + store::lmdb::Meta::kBytes - 16,
              std::string(1, static_cast<char>(meta.last_page + 1)));
    ASSERT_GT((meta.last_page + 2) * kPage, std::filesystem::file_size(file_));

    EXPECT_EQ(fault(), std::nullopt);
    const Environment environment(file_, Environment::Open::existing);
    EXPECT_FALSE(rows_of(environment).empty());
}

TEST_F(LmdbPages, RefusesAnOldStateThatCallsItselfNew) {
    make_file(10);
    const store::lmdb::Meta meta = newest();
    const std::uint64_t older = (meta.transaction + 1) % 2 * kPage;
    put_bytes(older + store::lmdb::Meta::kBytes - 8,
              std::string(1, static_cast<char>(meta.transaction + 1)));
    EXPECT_NE(fault(), std::nullopt);
    put_bytes(older + store::lmdb::Meta::kBytes - 16,
              bytes((meta.transaction % 2) * kPage + store::lmdb::Meta::kBytes - 16, 8));

    EXPECT_THAT(fault().value_or(""), HasSubstr("another transaction"));
}

TEST_F(LmdbPages, RefusesAPageThatCarriesAnotherNumber) {
    make_file(10);
    const std::uint64_t page = top_of_meta();
    // Reading goes well; writing would call the other page free.
    flip(page * kPage, 0);

    EXPECT_THAT(fault().value_or(""), HasSubstr("page " + std::to_string(page) +
                                                " of table meta: it carries another number"));
}

TEST_F(LmdbPages, RefusesAPageThatIsFreeAndInUse) {
    make_file(10);
    const store::lmdb::Meta meta = newest();
    const std::string list = bytes(meta.free_list.root * kPage, kPage);
    const auto nodes = store::lmdb::NodePage(list).nodes();
    ASSERT_FALSE(nodes.empty());
    const auto at = static_cast<std::uint64_t>(nodes.front().value.data() - list.data());
    const std::string one_page{1, 0, 0, 0, 0, 0, 0, 0, static_cast<char>(meta.main.root),
                               0, 0, 0, 0, 0, 0, 0};
    ASSERT_LT(meta.main.root, 128U);
    put_bytes(meta.free_list.root * kPage + at, one_page);

    EXPECT_THAT(fault().value_or(""), HasSubstr("in use elsewhere"));
}

TEST_F(LmdbPages, SaysThatAFileCannotBeRead) {
    try {
        (void)fault();
        FAIL();
    } catch (const StoreError& error) {
        EXPECT_EQ(error.kind(), StoreError::Kind::absent);
    }
}

TEST_F(LmdbPages, SalvagesEveryRowThatStandsOnASoundPage) {
    make_file(60);
    Rows before;
    {
        const Environment environment(file_, Environment::Open::existing);
        before = rows_of(environment);
    }
    // Both states lose the list of tables, and one table its way down.
    const std::uint64_t top = top_of_meta();
    put_bytes(0, std::string(200, '\0'));
    put_bytes(top * kPage, std::string(kPage, '\0'));
    ASSERT_THROW(Environment(file_, Environment::Open::existing), StoreError);

    std::set<std::pair<std::string, std::string>> salvaged;
    std::size_t named = 0;
    store::salvage_rows(file_, [&](const store::SalvagedRow& row) {
        salvaged.emplace(row.key, row.value);
        named += row.table ? 1U : 0U;
    });

    for (const auto& [name, value] : before) {
        EXPECT_TRUE(salvaged.contains({name.second, value})) << name.second;
    }
    EXPECT_GT(named, 0U);
}

TEST_F(LmdbPages, TurnsAnAssertionOfLmdbIntoAnErrorAndWritesNothing) {
    make_file(60);
    Environment environment(file_, Environment::Open::existing);
    const std::uint64_t page = top_of_meta();
    const std::string sound = bytes(page * kPage, kPage);
    const auto use = [&](const std::string& key) {
        environment.write([&](RawWriter& writer) {
            writer.put(Table::quarantined, "first", "written before the damage is met");
            for (int table = 0; table < 3; ++table) {
                (void)writer.get(static_cast<Table>(table), key);
                writer.put(static_cast<Table>(table), key, "x");
                writer.erase(static_cast<Table>(table), key);
            }
        });
    };
    // A branch of one: LMDB asserts that there is none.
    put_bytes(page * kPage + 12, std::string("\x12\x00", 2));
    const std::string file_before = bytes(0, std::filesystem::file_size(file_));

    int refused = 0;
    for (const char* key : {"1", "150", "299"}) {
        try {
            use(key);
        } catch (const StoreError& error) {
            EXPECT_EQ(error.kind(), StoreError::Kind::damaged);
            EXPECT_THAT(error.what(), HasSubstr("Assertion"));
            ++refused;
        }
    }

    EXPECT_EQ(refused, 3);
    EXPECT_TRUE(bytes(0, std::filesystem::file_size(file_)) == file_before);
    EXPECT_NE(environment.check_pages(), std::nullopt);
    put_bytes(page * kPage, sound);
    EXPECT_EQ(environment.check_pages(), std::nullopt);
    use("1");
    EXPECT_EQ(environment.check_pages(), std::nullopt);
}

TEST_F(LmdbPages, DoesNotFollowARowOutOfTheFile) {
    {
        Environment environment(file_, Environment::Open::create);
        environment.write([](RawWriter& writer) { writer.put(Table::meta, "key", "value"); });
    }
    const Environment environment(file_, Environment::Open::existing);
    const std::string all = bytes(0, std::filesystem::file_size(file_));
    for (std::size_t at = all.find("keyvalue"); at != std::string::npos;
         at = all.find("keyvalue", at + 1)) {
        put_bytes(at - 8, std::string("\x00\x00\x00\x01", 4));  // 16 MiB
    }

    environment.read([](const RawReader& reader) {
        EXPECT_THROW((void)reader.get(Table::meta, "key"), StoreError);
        EXPECT_THROW((void)reader.last(Table::meta), StoreError);
        EXPECT_THROW(reader.scan(Table::meta, {}, [](auto, auto) { return true; }), StoreError);
    });
}

}  // namespace
}  // namespace tizilim
