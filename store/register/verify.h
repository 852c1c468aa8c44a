#pragma once

#include "store/disk/vault.h"
#include "store/register/register.h"

namespace tizilim::store {

/// Recomputes, in one snapshot, all that can be computed from other rows: chain, numbers, versions,
/// queues, the balance, every seal. Stops at the first bad record and names it.
[[nodiscard]] VerifyReport verify_register(const VaultReader& vault, const Progress& progress);

}  // namespace tizilim::store
