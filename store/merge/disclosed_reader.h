#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "store/entry/class_tags.h"
#include "store/entry/entry.h"

#include <optional>

namespace tizilim::store {

class DisclosurePolicy;

/// Reads a document's body back into an entry: the reverse of disclose(). Confidential fields stay
/// empty but for an essence that it shows. Nothing where disclose() would not make the same bytes:
/// damaged, or of a newer program. `offset`: for a `recordedAt` without a time.
[[nodiscard]] std::optional<Entry> read_disclosed(const EntryId& id,
                                                  const platform::JsonObject& body,
                                                  const DisclosurePolicy& policy,
                                                  platform::UtcOffset offset);

/// Its `narrowed` and `raised`; if it has none, those that its class begins with.
[[nodiscard]] ClassTags class_tags_of(const platform::JsonValue& body);

}  // namespace tizilim::store
