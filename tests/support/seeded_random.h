#pragma once

#include "platform/random.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace tizilim::support {

/// The same bytes for the same seed, on every machine.
class SeededRandom final : public platform::Random {
public:
    explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}
    void fill(std::span<std::byte> bytes) override {
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine_() & 0xff);
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace tizilim::support
