#pragma once

#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"

#include <optional>

namespace tizilim::agent {

/// Whether a line of JSON Lines is an entry with its history, as an export or a salvage writes it:
/// an id, and a commitment for each version.
[[nodiscard]] bool is_brought(const platform::JsonValue& line);

/// Why an object that is not is_brought() must not be recorded as a new entry either: it says
/// something that only a whole history can tell. Nothing: it may.
[[nodiscard]] std::optional<platform::Message> lacks_its_history(const platform::JsonValue& line);

/// The entry's versions, by undoing the changes of each, from the last one, `current`. The error
/// says what is malformed, never a value.
[[nodiscard]] platform::Expected<store::BroughtEntry, store::FieldError> brought_entry_of(
    const platform::JsonValue& line, const store::EntryTexts& current);

}  // namespace tizilim::agent
