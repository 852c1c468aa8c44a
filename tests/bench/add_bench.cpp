#include "store/disk/lmdb.h"
#include "store/owner/owner_session.h"
#include "tests/bench/added_rows.h"
#include "tests/bench/bench_register.h"
#include "tests/bench/measure.h"
#include "tests/support/temp_directory.h"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace tizilim {
namespace {

/// A durable add through the store against a bare LMDB commit of the same bytes into as many
/// tables: one of each in turn, so that a slow moment of the disk meets both. The ratio is that of
/// the medians.
void durable_add(benchmark::State& state) {
    constexpr std::size_t kAdds = 200;
    const std::vector<bench::Rows> adds = bench::rows_of_adds(kAdds);
    bench::BenchRegister reg;
    const support::TempDirectory directory;
    store::Environment floor(directory / "floor.mdb", store::Environment::Open::create);
    std::vector<double> add_times;
    std::vector<double> floor_times;
    std::size_t i = 0;
    for (auto _ : state) {
        add_times.push_back(bench::milliseconds_of([&] {
            benchmark::DoNotOptimize(
                store::OwnerSession(*reg).add(bench::input_of(i, reg.today())));
        }));
        floor_times.push_back(bench::milliseconds_of([&] {
            floor.write([&](store::RawWriter& writer) {
                for (const auto& [place, value] : adds[i % kAdds]) {
                    writer.put(place.first, place.second, value);
                }
            });
        }));
        ++i;
    }
    state.counters["rows"] = static_cast<double>(adds.back().size());
    state.counters["add_ms"] = bench::median(add_times);
    state.counters["floor_ms"] = bench::median(floor_times);
    state.counters["ratio"] = bench::median(add_times) / bench::median(floor_times);
}
BENCHMARK(durable_add)->Iterations(200)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tizilim
