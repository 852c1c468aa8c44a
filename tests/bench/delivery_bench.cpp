#include "store/register/register.h"
#include "sync/replicator.h"
#include "tests/bench/bench_register.h"
#include "tests/bench/measure.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/provision.h"
#include "tests/support/replication_over_pair.h"
#include "tests/support/said.h"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace tizilim {
namespace {

constexpr const char* kUrl = "http://127.0.0.1:1/register";

/// From the outbox over the model of the unified system to a receipt for each entry: disclosing,
/// minting, packing, the peer's own work, the question what it has, and the disk.
double milliseconds_to_deliver(std::uint64_t count, bool through_frames) {
    bench::BenchRegister reg;
    reg.import(count);
    support::CouchModel model;
    support::ModelTransport transport(model);
    support::provision(transport, {kUrl, {}}, reg.random_);
    transport.record(false);
    std::optional<support::ReplicationOverPair> frames;
    if (through_frames) frames.emplace(reg->replication());
    sync::Replicator replicator({kUrl, {}}, transport,
                                frames ? frames->replication() : reg->replication(), reg.clock_,
                                reg.random_);
    return bench::milliseconds_of([&] {
        while (reg->balance().delivered < count) {
            if (replicator.step() == sync::Outcome::progress) continue;
            if (reg->balance().delivered < count)
                throw std::runtime_error("not delivered: " +
                                         support::said(replicator.link().reason));
        }
    });
}

/// In one process, and over frames as the two programs do it, in turn.
void deliver(benchmark::State& state) {
    const auto count = static_cast<std::uint64_t>(state.range(0));
    std::vector<double> alone;
    std::vector<double> over_frames;
    for (auto _ : state) {
        alone.push_back(milliseconds_to_deliver(count, false));
        over_frames.push_back(milliseconds_to_deliver(count, true));
    }
    state.counters["entries_per_second_alone"] =
        1000 * static_cast<double>(count) / bench::median(alone);
    state.counters["entries_per_second"] =
        1000 * static_cast<double>(count) / bench::median(over_frames);
    state.counters["rate_over_frames"] = bench::median(alone) / bench::median(over_frames);
}
BENCHMARK(deliver)->Arg(10'000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace
}  // namespace tizilim
