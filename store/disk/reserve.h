#pragma once

#include "store/disk/vault.h"

#include <cstdint>

namespace tizilim::store {

/// Disk allocated to the register's file beyond its use, so that delivery, reading and backup go on
/// when the disk is full: an act that adds to the register calls keep() first, others do not.
class Reserve {
public:
    explicit Reserve(const Vault& vault) : vault_(vault) {}

    /// Makes sure that `bytes` can be written beside the reserve. \throws StoreError, disk_full
    void keep(std::uint64_t bytes) const;

    /// Allocated and not in use.
    [[nodiscard]] std::uint64_t bytes() const;

private:
    const Vault& vault_;
};

}  // namespace tizilim::store
