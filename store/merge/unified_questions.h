#pragma once

#include "store/disk/vault.h"
#include "store/entry/entry.h"

#include <cstddef>
#include <set>
#include <vector>

namespace tizilim::store {

// What the unified system says of an entry is stored for an entry that is here alone, so it is
// passed over where the feed shows it before the entry: to a PC that joins, to a register that is
// read back from a file. Whenever an entry comes here that was not recorded here, its `unified:`
// document is therefore asked for by name, once, whatever the feed showed. Nobody can fill this
// queue who can't make an entry, so that it needs no bound; and it is emptied by the next pull.

/// At the end of the queue.
void ask_for_unified(VaultWriter& vault, const EntryId& id);
/// The first of the queue. Nobody hears of a `local` entry: one that became so meanwhile is none.
[[nodiscard]] std::vector<EntryId> unified_to_ask(const VaultReader& vault, std::size_t count_max);
/// These, which are at the head of the queue, were asked for.
void drop_unified_questions(VaultWriter& vault, const std::set<EntryId>& asked);

}  // namespace tizilim::store
