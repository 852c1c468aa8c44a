#include "platform/cms/cms_signature.h"
#include "platform/gost/gost_curve.h"
#include "platform/gost/streebog.h"
#include "tests/bench/measure.h"
#include "tests/support/gcrypt_gost.h"
#include "tests/support/test_gost.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace tizilim {
namespace {

/// What a GOST signature costs to examine, with its CMS and without: one of each in turn,
/// libgcrypt's own check beside them. The ratio is that of the medians.
void examine_gost(benchmark::State& state) {
    const std::string content(2000, 'c');
    const auto signer = support::make_gost_certificate({});
    const std::string cms = support::make_gost_cms(signer, content);
    const auto nobody = *platform::TrustedCertificates::parse("");
    const std::string digest = platform::streebog512(content);
    const std::string signature = signer.key.sign(digest);
    const std::string key = signer.key.public_key();
    std::vector<double> whole;
    std::vector<double> bare;
    std::vector<double> peer;
    for (auto _ : state) {
        whole.push_back(bench::milliseconds_of(
            [&] { benchmark::DoNotOptimize(platform::examine_cms(cms, content, nobody)); }));
        bare.push_back(bench::milliseconds_of([&] {
            benchmark::DoNotOptimize(
                platform::GostCurve::kazakh().signature_refusal(key, digest, signature));
        }));
        peer.push_back(bench::milliseconds_of(
            [&] { benchmark::DoNotOptimize(support::gcrypt_verifies(key, digest, signature)); }));
    }
    state.counters["cms_ms"] = bench::median(whole);
    state.counters["bare_ms"] = bench::median(bare);
    state.counters["libgcrypt_ms"] = bench::median(peer);
    state.counters["ratio"] = bench::median(whole) / bench::median(peer);
}
BENCHMARK(examine_gost)->Iterations(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tizilim
