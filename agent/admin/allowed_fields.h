#pragma once

#include "platform/text/json.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::admin {

/// Where a design document keeps the plain copy of what its function allows.
inline constexpr std::string_view kAllowedFieldsName = "allowedFields";

/// A larger document than any of a register (sync/couch/tuning.h, kDocumentBytesMax).
inline constexpr std::size_t kDocumentSizeMax = std::size_t{256} * 1024;
/// A health document has some 250 bytes.
inline constexpr std::size_t kHealthSizeMax = 2048;

/// What may be in a document of a register on the wire (store/replication/README.md, "Wire"):
/// named lists of fields, each with the kind of its value, "string", "number", "boolean", "strings"
/// (a list of them) or another list's name.
[[nodiscard]] const platform::JsonValue& allowed_fields();

/// The `validate_doc_update` function (JavaScript) that keeps to `allowed`: the second wall, at the
/// centre. What it refuses is quarantined on the PC, and told.
[[nodiscard]] std::string validation_function(const platform::JsonValue& allowed);

}  // namespace tizilim::admin
