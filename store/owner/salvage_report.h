#pragma once

#include "store/owner/entry_view.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tizilim::store {

/// An entry of which at least one version could be read.
struct Salvaged {
    EntryView entry;
    std::vector<VersionView> history;
    std::vector<std::uint32_t> missing;  ///< versions that could not be read
    bool uncertain = false;              ///< a later version may be lost
};
struct SalvageReport {
    std::uint64_t entries = 0;
    std::uint64_t versions = 0;
    std::uint64_t signatures = 0;
    std::uint64_t uncertain = 0;
    std::uint64_t lost = 0;             ///< entries of which a head, but no version, is left
    std::uint64_t signatures_lost = 0;  ///< of the entries that are read
    /// The byte from which a backup is damaged; nothing: it is whole, or it was no backup.
    std::optional<std::uint64_t> damaged_at{};
};
using VisitSalvaged = std::function<void(const Salvaged&)>;

}  // namespace tizilim::store
