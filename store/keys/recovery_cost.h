#pragma once

#include <cstdint>

namespace tizilim::store {

/// The work to try one recovery code (Argon2id, RFC 9106). Stored in each backup. The code is 128
/// random bits, which nobody can guess: a quarter of a second is enough.
struct RecoveryCost {
    std::uint64_t passes = 3;
    std::uint64_t memory_bytes = std::uint64_t{64} << 20;

    bool operator==(const RecoveryCost&) const = default;
};

/// Bounds on what an untrusted file may ask of this machine.
inline constexpr std::uint64_t kRecoveryPassesMax = 20;
inline constexpr std::uint64_t kRecoveryMemoryMin = 8192;
inline constexpr std::uint64_t kRecoveryMemoryMax = std::uint64_t{1} << 30;

[[nodiscard]] constexpr bool is_bearable(const RecoveryCost& cost) {
    return cost.passes >= 1 && cost.passes <= kRecoveryPassesMax &&
           cost.memory_bytes >= kRecoveryMemoryMin && cost.memory_bytes <= kRecoveryMemoryMax;
}

}  // namespace tizilim::store
