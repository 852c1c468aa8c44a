#include "store/lmdb.h"
#include "store/register.h"
#include "store/register_impl.h"
#include "store/tables.h"
#include "tests/bench/bench_register.h"
#include "tests/support/temp_directory.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <map>
#include <ratio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using Rows = std::map<std::pair<store::Table, std::string>, std::string>;
using Time = std::chrono::steady_clock;

/// Everything in the file, as it lies there.
Rows rows_of(const store::RegisterSettings& settings) {
    Rows rows;
    const store::Environment environment(store::register_file(settings.directory),
                                         store::Environment::Open::existing);
    environment.read([&](const store::RawReader& reader) {
        for (std::size_t i = 0; i < store::kTableCount; ++i) {
            const auto table = static_cast<store::Table>(i);
            reader.scan(table, {}, [&](std::string_view key, std::string_view value) {
                rows[{table, std::string(key)}] = value;
                return true;
            });
        }
    });
    return rows;
}

/// The rows that each of `count` adds wrote, in the order of writing: what the floor writes again.
std::vector<Rows> rows_of_adds(std::size_t count) {
    bench::BenchRegister reg;
    std::vector<Rows> adds;
    reg.close();
    Rows before = rows_of(reg.settings());
    for (std::size_t i = 0; i < count; ++i) {
        reg.open();
        (void)reg->owner().add(bench::input_of(i, reg.today()));
        reg.close();
        Rows after = rows_of(reg.settings());
        Rows added;
        std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                            std::inserter(added, added.end()));
        adds.push_back(std::move(added));
        before = std::move(after);
    }
    return adds;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double milliseconds_since(Time::time_point start) {
    return std::chrono::duration<double, std::milli>(Time::now() - start).count();
}

/// A durable add through the store against a bare LMDB commit of the same bytes into as many
/// tables: one of each in turn, so that a slow moment of the disk meets both. The ratio is that of
/// the medians.
void durable_add(benchmark::State& state) {
    constexpr std::size_t kAdds = 200;
    const std::vector<Rows> adds = rows_of_adds(kAdds);
    bench::BenchRegister reg;
    const support::TempDirectory directory;
    store::Environment floor(directory / "floor.mdb", store::Environment::Open::create);
    std::vector<double> add_times;
    std::vector<double> floor_times;
    std::size_t i = 0;
    for (auto _ : state) {
        const auto started = Time::now();
        benchmark::DoNotOptimize(reg->owner().add(bench::input_of(i, reg.today())));
        add_times.push_back(milliseconds_since(started));

        const auto bare = Time::now();
        floor.write([&](store::RawWriter& writer) {
            for (const auto& [place, value] : adds[i % kAdds]) {
                writer.put(place.first, place.second, value);
            }
        });
        floor_times.push_back(milliseconds_since(bare));
        ++i;
    }
    state.counters["rows"] = static_cast<double>(adds.back().size());
    state.counters["add_ms"] = median(add_times);
    state.counters["floor_ms"] = median(floor_times);
    state.counters["ratio"] = median(add_times) / median(floor_times);
}
BENCHMARK(durable_add)->Iterations(200)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tizilim
