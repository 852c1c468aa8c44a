#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/owner/act_results.h"
#include "store/register/open_register.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// Thrown in a transaction to undo it and report bad fields.
struct BadFields {
    std::vector<FieldError> errors;
};

/// An act under way that adds a version to an entry, within one transaction.
struct Change {
    OpenRegister& open;
    const Writers& writers;
    EntryId id;
    EntryHead head;
    EntryVersion version;  ///< a copy of the current one, to be changed
    /// Days up to this one, the last that the entry names, are accepted.
    platform::CivilDate named{};
    Withdrawal withdrawal = Withdrawal::not_agreed;
    std::vector<FieldError> warnings{};

    [[nodiscard]] bool has_left() const { return head.leaf.generation > 0; }

    /// Adds the version, with the reason and what the act is in the journal.
    void finish(const std::string& reason, Act act);
    /// The version's class is no longer `before`.
    void record_class_act(DisclosureClass before);
    /// Narrows the class where the conflict may hide a narrowing that never came here.
    void keep_back(const ConflictRecord& conflict);
    void end_conflict();
    /// Looks anew at what the peer shows of the entry.
    void reconcile();
};

/// One act on the entry of that name, in one transaction. `act` may run again. \throws
/// ChangedMeanwhile where it has another version than `seen_version`
[[nodiscard]] Revised change_entry(OpenRegister& open, const std::string& name,
                                   const std::function<void(Change&)>& act,
                                   std::optional<std::uint32_t> seen_version = {});

/// The entry's open conflict.
[[nodiscard]] std::optional<ConflictRecord> conflict_on(const VaultReader& vault,
                                                        const EntryId& id);

/// The last day that an entry names: of its recording, of the application, of the basis.
[[nodiscard]] platform::CivilDate last_day_of(const Entry& entry);

/// \throws StoreError, refused
[[nodiscard]] std::string checked_reason(const std::string& reason);

[[nodiscard]] RuleContext rule_context(const OpenRegister& open, platform::WallTime now,
                                       bool importing);

/// The first version of a new entry.
[[nodiscard]] EntryVersion first_version(OpenRegister& open, EntryDraft&& draft,
                                         platform::WallTime now, bool importing);

}  // namespace tizilim::store
