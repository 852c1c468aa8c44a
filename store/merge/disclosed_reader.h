#pragma once

#include "platform/civil_time.h"
#include "platform/json.h"
#include "store/entry/class_tags.h"
#include "store/entry/entry.h"

#include <optional>

namespace tizilim::store {

class DisclosurePolicy;

/// The entry that a document shows, with nothing in its confidential fields: disclose() makes the
/// very same bytes of it. Nothing for a document that this program would not have written: of a
/// newer one, or damaged. `offset` is that of entries whose time of recording is known to the day
/// only.
[[nodiscard]] std::optional<Entry> read_disclosed(const EntryId& id,
                                                  const platform::JsonObject& body,
                                                  const DisclosurePolicy& policy,
                                                  platform::UtcOffset offset);

/// What a document says was done to its class; what is usual is not written.
[[nodiscard]] ClassTags class_tags_of(const platform::JsonValue& body);

}  // namespace tizilim::store
