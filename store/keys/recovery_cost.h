#pragma once

#include <cstdint>

namespace tizilim::store {

/// What it costs to try a recovery code (Argon2id, RFC 9106). Kept with each backup. The code is
/// 128 random bits, which nobody guesses at any price: a quarter of a second is enough.
struct RecoveryCost {
    std::uint64_t passes = 3;
    std::uint64_t memory_bytes = std::uint64_t{64} << 20;

    bool operator==(const RecoveryCost&) const = default;
};

/// What a file may ask of this machine, whoever wrote it.
inline constexpr std::uint64_t kRecoveryPassesMax = 20;
inline constexpr std::uint64_t kRecoveryMemoryMin = 8192;
inline constexpr std::uint64_t kRecoveryMemoryMax = std::uint64_t{1} << 30;

[[nodiscard]] constexpr bool is_bearable(const RecoveryCost& cost) {
    return cost.passes >= 1 && cost.passes <= kRecoveryPassesMax &&
           cost.memory_bytes >= kRecoveryMemoryMin && cost.memory_bytes <= kRecoveryMemoryMax;
}

}  // namespace tizilim::store
