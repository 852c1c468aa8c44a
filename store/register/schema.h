#pragma once

#include "store/book/records.h"
#include "store/disk/vault.h"

#include <cstdint>

namespace tizilim::store {

/// The schema that this program writes. An older one is migrated, a newer one refused.
inline constexpr std::uint32_t kSchema = 6;

/// Makes an empty file a register of the current schema.
void write_schema(VaultWriter& vault, const Identity& identity);

/// The register's identity; first migrates an older schema, in one transaction,
/// with a copy of the file as it was beside it, register.mdb.schema-N.
/// \throws StoreError: wrong_key, newer_schema, damaged, refused when it can't be copied
[[nodiscard]] Identity open_schema(Vault& vault);

}  // namespace tizilim::store
