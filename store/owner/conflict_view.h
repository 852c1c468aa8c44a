#pragma once

#include "store/entry/entry.h"
#include "store/owner/act_results.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// A field that two sides changed differently.
struct ConflictField {
    std::string field;  ///< as in entry_fields()
    std::string mine;
    std::string theirs;
};

/// An entry that waits for the lawyer's decision.
struct ConflictView {
    EntryNumber number{};  ///< in `book`; 0: of another PC's book
    std::string book;
    std::string id;
    /// "edited": two PCs changed it differently. "foreign": a foreign revision is at the unified
    /// system. "deleted": a foreign tombstone. "unverifiable": whose a revision is can't be told.
    std::string kind;
    std::string since;  ///< RFC 3339
    std::vector<ConflictField> fields;
};

/// What is to become of a field in conflict.
struct Choice {
    enum class Side { mine, theirs, text };
    Side side = Side::mine;
    std::string text{};  ///< of Side::text: the new value, as in EntryTexts
};

/// How a conflict is resolved, beside the choices.
struct Resolution {
    Withdrawal withdrawal = Withdrawal::not_agreed;
    /// For each field without a choice; needed where no field that is known here differs. Never
    /// text.
    std::optional<Choice::Side> keep{};
    std::string reason{};  ///< empty: the message `conflict.resolved`
};

/// Which stored foreign documents are dropped.
enum class ForeignScope {
    of_no_entry,     ///< of no entry of this register
    of_entries_too,  ///< all, with the conflicts that they make
};

struct DroppedForeign {
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
};

}  // namespace tizilim::store
