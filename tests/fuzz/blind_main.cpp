#include "tests/support/seeded_random.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// A short run of every fuzz target with the tests' own build: each input of its corpus, then some
// of them with a few bytes changed, always the same. libFuzzer, which learns what an input reaches,
// takes a build of its own (packaging/fuzz).

using Bytes = std::vector<std::uint8_t>;

// Of each target X(name) the function fuzz_name; CMakeLists.txt lists them in TARGETS.
// NOLINTBEGIN(cppcoreguidelines-macro-usage,bugprone-macro-parentheses)
#define X(name) extern "C" int fuzz_##name(const std::uint8_t* bytes, std::size_t size);
TARGETS
#undef X
// NOLINTEND(cppcoreguidelines-macro-usage,bugprone-macro-parentheses)

namespace {

struct Target {
    std::string_view name;
    int (*run)(const std::uint8_t* bytes, std::size_t size);
};
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define X(name) Target{#name, fuzz_##name},
constexpr auto kTargets = std::to_array<Target>({TARGETS});
#undef X

constexpr std::size_t kBytesMax = 4096;
constexpr std::uint64_t kChangesMax = 4;

std::vector<Bytes> corpus_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file);
    std::ranges::sort(files);
    std::vector<Bytes> corpus;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return corpus;
}

std::uint64_t below(tizilim::support::SeededRandom& random, std::uint64_t bound) {
    std::array<std::byte, 4> bytes{};
    random.fill(bytes);
    std::uint64_t drawn = 0;
    for (const std::byte byte : bytes) drawn = drawn << 8 | std::to_integer<std::uint64_t>(byte);
    return drawn % bound;
}

/// With some bytes changed, put in or taken out.
Bytes changed(Bytes input, tizilim::support::SeededRandom& random) {
    for (std::uint64_t left = 1 + below(random, kChangesMax); left > 0; --left) {
        const auto at = static_cast<std::ptrdiff_t>(below(random, input.size() + 1));
        const auto byte = static_cast<std::uint8_t>(below(random, 256));
        const std::uint64_t how = below(random, 3);
        if (how == 0 || at == static_cast<std::ptrdiff_t>(input.size())) {
            input.insert(input.begin() + at, byte);
        } else if (how == 1) {
            input.erase(input.begin() + at);
        } else {
            input[static_cast<std::size_t>(at)] = byte;
        }
    }
    return input;
}

/// Returns how many inputs were tried. What breaks ends the program with the sanitizer's report.
std::size_t try_all(const Target& target, const std::vector<Bytes>& corpus, std::size_t runs) {
    for (const Bytes& input : corpus) (void)target.run(input.data(), input.size());
    tizilim::support::SeededRandom random;
    for (std::size_t i = 0; i < runs; ++i) {
        Bytes input = corpus[i % corpus.size()];
        input.resize(std::min(input.size(), kBytesMax));
        input = changed(std::move(input), random);
        (void)target.run(input.data(), input.size());
    }
    return corpus.size() + runs;
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 3) {
        std::cerr << "usage: fuzz_blind CORPUS RUNS\n";
        return EXIT_FAILURE;
    }
    const std::size_t runs = std::stoul(arguments[2]);
    for (const Target& target : kTargets) {
        const std::vector<Bytes> corpus =
            corpus_of(std::filesystem::path(arguments[1]) / target.name);
        if (corpus.empty()) {
            std::cerr << target.name << " has no corpus\n";
            return EXIT_FAILURE;
        }
        std::cerr << target.name << ": " << try_all(target, corpus, runs) << " inputs\n";
    }
    return EXIT_SUCCESS;
}
