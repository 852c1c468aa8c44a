#include "platform/random.h"

#include "platform/check.h"
#include "platform/hex.h"

#include <cstddef>
#include <cstdint>
#include <sodium.h>
#include <span>
#include <string>
#include <vector>

namespace tizilim::platform {

std::uint64_t Random::below(std::uint64_t bound) {
    CHECK(bound > 0);
    // The lowest 2^64 mod bound values would make small results likelier: draw again.
    const std::uint64_t least = (0 - bound) % bound;
    std::uint64_t drawn = 0;
    do {
        drawn = 0;
        for (const std::byte byte : bytes<sizeof(drawn)>()) {
            drawn = (drawn << 8U) | std::to_integer<std::uint64_t>(byte);
        }
    } while (drawn < least);
    return drawn % bound;
}

std::string Random::hex(std::size_t bytes_count) {
    std::vector<std::byte> drawn(bytes_count);
    fill(drawn);
    return to_hex(drawn);
}

SystemRandom::SystemRandom() {
    static const bool ready = sodium_init() >= 0;
    CHECK(ready);
}

void SystemRandom::fill(std::span<std::byte> bytes) {
    randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace tizilim::platform
