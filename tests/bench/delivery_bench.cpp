#include "store/register/register.h"
#include "sync/replicator.h"
#include "tests/bench/bench_register.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/provision.h"
#include "tests/support/said.h"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

namespace tizilim {
namespace {

constexpr const char* kUrl = "http://127.0.0.1:1/register";

/// From the outbox over the model of the unified system, in process, to a receipt for each entry:
/// disclosing, minting, packing, the peer's own work, the question what it has, and the disk.
void deliver(benchmark::State& state) {
    const auto count = static_cast<std::uint64_t>(state.range(0));
    for (auto _ : state) {
        state.PauseTiming();
        bench::BenchRegister reg;
        reg.import(count);
        support::CouchModel model;
        support::ModelTransport transport(model);
        support::provision(transport, {kUrl, {}}, reg.random_);
        transport.record(false);
        sync::Replicator replicator({kUrl, {}}, transport, reg->replication(), reg.clock_,
                                    reg.random_);
        state.ResumeTiming();
        while (reg->balance().delivered < count) {
            if (replicator.step() == sync::Outcome::progress) continue;
            if (reg->balance().delivered < count) {
                state.SkipWithError(
                    ("not delivered: " + support::said(replicator.link().reason)).c_str());
                return;
            }
        }
    }
    state.counters["entries_per_second"] = benchmark::Counter(
        static_cast<double>(count * static_cast<std::uint64_t>(state.iterations())),
        benchmark::Counter::kIsRate);
}
BENCHMARK(deliver)->Arg(10'000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace
}  // namespace tizilim
