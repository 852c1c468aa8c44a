#pragma once

#include "store/disk/vault.h"
#include "store/keys/seal.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// A wrapped key as stored in the register and at the head of a backup: salt (16), passes (8),
/// bytes of memory (8), sealed key (72).
inline constexpr std::size_t kWrappedKeyBytes = 16 + 8 + 8 + WrappedKey::kSealedBytes;
[[nodiscard]] std::string encode(const WrappedKey& wrapped);
/// Nothing for another size, or a cost that is not is_bearable().
[[nodiscard]] std::optional<WrappedKey> decode_wrapped_key(std::string_view bytes);

/// The register's key, wrapped by its recovery code, for backups.
void write_recovery(VaultWriter& vault, const WrappedKey& wrapped);
/// \throws StoreError: refused when a recovery code was never made; damaged
[[nodiscard]] WrappedKey read_recovery(const VaultReader& vault);

}  // namespace tizilim::store
