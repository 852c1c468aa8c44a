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

// A foreign document is a revision of an entry that does not verify, or a `unified:` document.
// They are stored only for entries that are here, within bounds, and counted in a row of `meta` in
// the same transaction.

/// How many are stored; zeros until recount_foreign() (an earlier version counted none).
[[nodiscard]] ForeignTally foreign_tally(const VaultReader& vault);
/// For put_revision() and erase_revision(): a row of so many bytes.
void count_foreign_in(VaultWriter& vault, std::uint64_t bytes);
void count_foreign_out(VaultWriter& vault, std::uint64_t bytes);
/// So many were not stored, for a bound.
void count_foreign_left_out(VaultWriter& vault, std::uint64_t documents);
/// Counts all rows; `left_out` becomes 0.
void recount_foreign(VaultWriter& vault);
[[nodiscard]] bool foreign_are_counted(const VaultReader& vault);

/// What this register may store in all; grows with its entries.
struct ForeignLimits {
    std::uint64_t documents_max = 0;
    std::uint64_t bytes_max = 0;
};
[[nodiscard]] ForeignLimits foreign_limits(const VaultReader& vault, const ForeignBounds& bounds);

/// Whether the bounds allow `record`, a foreign revision that is not stored yet. One of a
/// `unified:` document replaces its ancestors, so it may take their room.
[[nodiscard]] bool has_room_for_foreign(const VaultReader& vault, const DocumentName& name,
                                        const RevisionRecord& record, const ForeignBounds& bounds);

/// `document` as a record: verified, unverifiable or foreign (examined()).
[[nodiscard]] RevisionRecord received(const VaultReader& vault, std::string_view register_key,
                                      const DocumentName& name, const RemoteDocument& document);

/// The most bytes of disk that storing `documents` takes; what would be left out takes none.
[[nodiscard]] std::uint64_t room_for(const VaultReader& vault, std::string_view register_key,
                                     const std::vector<RemoteDocument>& documents,
                                     const ForeignBounds& bounds);

}  // namespace tizilim::store
