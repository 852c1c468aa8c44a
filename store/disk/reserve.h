#pragma once

#include "store/disk/vault.h"

#include <cstdint>

namespace tizilim::store {

/// Disk held back behind the register's file, so that delivery, reading and backup go on when the
/// disk is full: what adds to the register asks here first, what only moves it on does not.
class Reserve {
public:
    explicit Reserve(const Vault& vault) : vault_(vault) {}

    /// Makes sure that `bytes` more leave the reserve whole. \throws StoreError, disk_full
    void keep(std::uint64_t bytes) const;

    /// Allocated to the file and not in use.
    [[nodiscard]] std::uint64_t bytes() const;

private:
    const Vault& vault_;
};

}  // namespace tizilim::store
