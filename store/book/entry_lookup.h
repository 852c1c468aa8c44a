#pragma once

#include "store/disk/vault.h"
#include "store/entry/entry.h"

#include <string>

namespace tizilim::store {

/// The entry that a person names: by number of the current book, by id, or by a prefix of an id
/// that fits one entry only. \throws StoreError, absent
[[nodiscard]] EntryId find_entry(const VaultReader& vault, const std::string& name);

}  // namespace tizilim::store
