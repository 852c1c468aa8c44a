#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/owner/entry_view.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// Column 7, empty without a record.
[[nodiscard]] SignatureView view_of(const std::optional<SignatureRecord>& record,
                                    platform::UtcOffset offset);
[[nodiscard]] std::optional<platform::Message> clock_warning(std::uint8_t marks);
/// VersionView::reason as a person typed it; empty: it is of this program.
[[nodiscard]] std::string typed_reason(const std::string& reason);

/// The fields in which a later version differs from an earlier one.
[[nodiscard]] std::vector<FieldChange> changes_between(const EntryView& before,
                                                       const EntryView& after);

}  // namespace tizilim::store
