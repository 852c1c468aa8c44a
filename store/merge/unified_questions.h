#pragma once

#include "store/disk/vault.h"
#include "store/entry/entry.h"

#include <cstddef>
#include <set>
#include <vector>

namespace tizilim::store {

// A stored queue of entries whose `unified:` document is to be fetched by name. Such a document is
// stored only if its entry is here, so it is skipped where the feed shows it earlier: to a PC that
// joins, or whose register is read back from a file. So each entry that comes here without being
// recorded here is queued once. Only who can make an entry can fill the queue, so it has no bound;
// the next pull empties it.

/// Adds to the end of the queue.
void ask_for_unified(VaultWriter& vault, const EntryId& id);
/// The first of the queue, without those that are `local` now: no peer hears of such an entry.
[[nodiscard]] std::vector<EntryId> unified_to_ask(const VaultReader& vault, std::size_t count_max);
/// Removes from the queue's head what was asked for, and `local` entries between.
void drop_unified_questions(VaultWriter& vault, const std::set<EntryId>& asked);

}  // namespace tizilim::store
