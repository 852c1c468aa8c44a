#pragma once

#include "store/disk/vault.h"
#include "store/register/register.h"

namespace tizilim::store {

/// Recomputes everything that follows from something else, in one snapshot: chain, numbers,
/// versions, queues, the balance, every seal. Stops at the first bad record and names it.
[[nodiscard]] VerifyReport verify_register(const VaultReader& vault, const Progress& progress);

}  // namespace tizilim::store
