#pragma once

#include "platform/civil_time.h"
#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"

#include <optional>
#include <vector>

namespace tizilim::store {

/// Carries what is wrong out of a transaction, which is undone.
struct BadFields {
    std::vector<FieldError> errors;
};

/// One act that puts a version on top of an entry.
struct OwnerSession::Change {
    const Writers& writers;
    EntryId id;
    EntryHead head;
    EntryVersion version;  ///< the current one, to be changed
    /// No day up to it lies in the future, whatever the clock says: a version names it.
    platform::CivilDate named{};
    Withdrawal withdrawal = Withdrawal::not_agreed;

    [[nodiscard]] bool has_left() const { return head.leaf.generation > 0; }
    [[nodiscard]] Revised result() const;
};

/// What waits for the lawyer's decision on an entry.
[[nodiscard]] std::optional<ConflictRecord> conflict_on(const VaultReader& vault,
                                                        const EntryId& id);

/// The last day that an entry names: of its recording, of the application, of the basis.
[[nodiscard]] platform::CivilDate last_day_of(const Entry& entry);

}  // namespace tizilim::store
