#pragma once

#include "store/keys/recovery_cost.h"

namespace tizilim::support {

/// For the many registers that tests make: nobody attacks their recovery codes.
inline constexpr store::RecoveryCost kCheapRecovery{.passes = 1,
                                                    .memory_bytes = store::kRecoveryMemoryMin};

}  // namespace tizilim::support
