#pragma once

#include "platform/text/civil_time.h"
#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"

#include <optional>
#include <vector>

namespace tizilim::store {

/// Thrown in a transaction to undo it and report bad fields.
struct BadFields {
    std::vector<FieldError> errors;
};

/// An act under way that adds a version to an entry, within one transaction.
struct OwnerSession::Change {
    const Writers& writers;
    EntryId id;
    EntryHead head;
    EntryVersion version;  ///< a copy of the current one, to be changed
    /// Days up to this one, the last that the entry names, are accepted.
    platform::CivilDate named{};
    Withdrawal withdrawal = Withdrawal::not_agreed;

    [[nodiscard]] bool has_left() const { return head.leaf.generation > 0; }
    [[nodiscard]] Revised result() const;
};

/// The entry's open conflict.
[[nodiscard]] std::optional<ConflictRecord> conflict_on(const VaultReader& vault,
                                                        const EntryId& id);

/// The last day that an entry names: of its recording, of the application, of the basis.
[[nodiscard]] platform::CivilDate last_day_of(const Entry& entry);

}  // namespace tizilim::store
