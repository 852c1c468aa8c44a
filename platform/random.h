#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tizilim::platform {

/// The only source of randomness. Tests pass a seeded one, so that a run can be repeated.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;

    template <std::size_t N>
    [[nodiscard]] std::array<std::byte, N> bytes() {
        std::array<std::byte, N> result{};
        fill(result);
        return result;
    }
    /// Uniform in [0, bound). `bound` is above 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    /// `bytes_count` random bytes as lower-case hex.
    [[nodiscard]] std::string hex(std::size_t bytes_count);
};

/// The operating system's generator, through libsodium. Safe for threads.
class SystemRandom final : public Random {
public:
    SystemRandom();
    void fill(std::span<std::byte> bytes) override;
};

}  // namespace tizilim::platform
