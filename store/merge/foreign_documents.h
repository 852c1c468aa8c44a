#pragma once

#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/merge/revision_rows.h"
#include "store/merge/tuning.h"
#include "store/replication/replication.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace tizilim::store {

// A foreign document is one that none of the lawyer's installations made: a revision of an
// entry that does not verify, or a `unified:` document. They are stored for entries that are here
// alone, within bounds, and counted in a row of `meta` by the transaction that stores or drops one.

/// How many are stored. Nothing stored where it is not known: an earlier version counted nothing.
[[nodiscard]] ForeignTally foreign_tally(const VaultReader& vault);
/// One more with a row of so many bytes, or one less.
void count_foreign_in(VaultWriter& vault, std::uint64_t bytes);
void count_foreign_out(VaultWriter& vault, std::uint64_t bytes);
/// So many were left out, since a bound was reached.
void note_foreign_left_out(VaultWriter& vault, std::uint64_t documents);
/// Counts all rows. What was left out is forgotten.
void recount_foreign(VaultWriter& vault);
[[nodiscard]] bool foreign_are_counted(const VaultReader& vault);

/// The bounds in all of a register with so many entries.
struct ForeignLimits {
    std::uint64_t documents_max = 0;
    std::uint64_t bytes_max = 0;
};
[[nodiscard]] ForeignLimits foreign_limits(const VaultReader& vault, const ForeignBounds& bounds);

/// Whether `record`, which is foreign and not stored, may be. A `unified:` document takes the place
/// of those that it comes from: it has room wherever it takes no more than they do.
[[nodiscard]] bool has_room_for_foreign(const VaultReader& vault, const DocumentName& name,
                                        const RevisionRecord& record, const ForeignBounds& bounds);

/// A document as it was pulled, its origin examined.
[[nodiscard]] RevisionRecord received(const VaultReader& vault, std::string_view register_key,
                                      const DocumentName& name, const RemoteDocument& document);

/// What storing `documents` takes of the disk at most. Of what is left out: nothing.
[[nodiscard]] std::uint64_t room_for(const VaultReader& vault, std::string_view register_key,
                                     const std::vector<RemoteDocument>& documents,
                                     const ForeignBounds& bounds);

}  // namespace tizilim::store
