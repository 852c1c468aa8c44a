#include "tests/simulation/trace.h"

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace tizilim::simulation {

void Trace::absorb(std::string_view bytes) {
    constexpr std::uint64_t kPrime = 1099511628211ULL;  // FNV-1a
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * kPrime;
}

void Trace::show(std::string_view line) const {
    if (print_) std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

void Trace::say(std::string_view line) {
    absorb(line);
    absorb("\n");
    show(line);
}

}  // namespace tizilim::simulation
