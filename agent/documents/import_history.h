#pragma once

#include "platform/expected.h"
#include "platform/json.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"

#include <string>

namespace tizilim::agent {

/// Whether a line of JSON Lines has all that an entry comes back by: an id, and a history that says
/// what each version was committed to, as an export or a salvage writes it.
[[nodiscard]] bool is_brought(const platform::JsonValue& line);

/// Why an object that is not brought must not be recorded anew either: it says something of itself
/// that only its whole history answers. Empty: it may.
[[nodiscard]] std::string lacks_its_history(const platform::JsonValue& line);

/// The versions, found by taking the changes of each back from `current`, which is the last one.
/// The error names what is not as it is written, never a value.
[[nodiscard]] platform::Expected<store::BroughtEntry, store::FieldError> brought_entry_of(
    const platform::JsonValue& line, const store::EntryTexts& current);

}  // namespace tizilim::agent
