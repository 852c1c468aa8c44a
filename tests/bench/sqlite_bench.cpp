#include "store/disk/tables.h"
#include "store/owner/owner_session.h"
#include "tests/bench/added_rows.h"
#include "tests/bench/bench_register.h"
#include "tests/bench/measure.h"
#include "tests/support/temp_directory.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

/// The tables of a register in SQLite, as durable as an add of ours: write-ahead log, synced at
/// each commit.
class SqliteTables {
public:
    explicit SqliteTables(const std::filesystem::path& file) {
        expect(sqlite3_open(file.c_str(), &database_), SQLITE_OK);
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=FULL");
        for (std::size_t i = 0; i < store::kTableCount; ++i) {
            const std::string name = std::string("t_") + store::kTableNames[i];
            run("CREATE TABLE IF NOT EXISTS " + name +
                " (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID");
            puts_[i] = prepared("INSERT OR REPLACE INTO " + name + " VALUES (?, ?)");
        }
        begin_ = prepared("BEGIN IMMEDIATE");
        commit_ = prepared("COMMIT");
    }
    ~SqliteTables() {
        for (sqlite3_stmt* const put : puts_) sqlite3_finalize(put);
        sqlite3_finalize(begin_);
        sqlite3_finalize(commit_);
        sqlite3_close(database_);
    }
    SqliteTables(const SqliteTables&) = delete;
    SqliteTables& operator=(const SqliteTables&) = delete;

    /// One durable transaction.
    void write(const bench::Rows& rows) {
        step(begin_);
        for (const auto& [place, value] : rows) {
            sqlite3_stmt* const put = puts_[static_cast<std::size_t>(place.first)];
            bind(put, 1, place.second);
            bind(put, 2, value);
            step(put);
        }
        step(commit_);
    }

private:
    void expect(int code, int wanted) {
        if (code != wanted) throw std::runtime_error(sqlite3_errmsg(database_));
    }
    void run(const std::string& statement) {
        expect(sqlite3_exec(database_, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    }
    sqlite3_stmt* prepared(const std::string& statement) {
        sqlite3_stmt* made = nullptr;
        expect(sqlite3_prepare_v2(database_, statement.c_str(), -1, &made, nullptr), SQLITE_OK);
        return made;
    }
    void bind(sqlite3_stmt* statement, int place, std::string_view bytes) {
        expect(sqlite3_bind_blob(statement, place, bytes.data(), static_cast<int>(bytes.size()),
                                 SQLITE_STATIC),
               SQLITE_OK);
    }
    void step(sqlite3_stmt* statement) {
        expect(sqlite3_step(statement), SQLITE_DONE);
        expect(sqlite3_reset(statement), SQLITE_OK);
    }

    sqlite3* database_ = nullptr;
    std::array<sqlite3_stmt*, store::kTableCount> puts_{};
    sqlite3_stmt* begin_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
};

/// A durable add through the store against a durable transaction of the same rows in SQLite: one of
/// each in turn, so that a slow moment of the disk meets both. Both are closed and opened again,
/// untimed, after every `state.range(0)` adds: when it is closed SQLite drops its log, and the new
/// one grows until it is first carried over into the tables. The ratio is that of the medians.
void add_beside_sqlite(benchmark::State& state) {
    const auto adds_a_day = static_cast<std::size_t>(state.range(0));
    constexpr std::size_t kAdds = 400;
    const std::vector<bench::Rows> adds = bench::rows_of_adds(kAdds);
    bench::BenchRegister reg;
    const support::TempDirectory directory;
    std::unique_ptr<SqliteTables> sqlite;
    std::vector<double> add_times;
    std::vector<double> sqlite_times;
    std::size_t i = 0;
    for (auto _ : state) {
        if (i % adds_a_day == 0) {
            state.PauseTiming();
            reg.close();
            reg.open();
            sqlite.reset();
            sqlite = std::make_unique<SqliteTables>(directory / "rows.sqlite");
            state.ResumeTiming();
        }
        add_times.push_back(bench::milliseconds_of([&] {
            benchmark::DoNotOptimize(
                store::OwnerSession(*reg).add(bench::input_of(i, reg.today())));
        }));
        sqlite_times.push_back(bench::milliseconds_of([&] { sqlite->write(adds[i % kAdds]); }));
        ++i;
    }
    state.counters["rows"] = static_cast<double>(adds.back().size());
    state.counters["add_ms"] = bench::median(add_times);
    state.counters["sqlite_ms"] = bench::median(sqlite_times);
    state.counters["ratio"] = bench::median(add_times) / bench::median(sqlite_times);
}
// A day at an office, and without end.
BENCHMARK(add_beside_sqlite)->Arg(20)->Arg(1000)->Iterations(400)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tizilim
