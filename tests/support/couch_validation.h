#pragma once

#include "platform/text/json.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

/// Who asks, as a validation function sees it.
struct CouchUserContext {
    std::string name;  ///< empty: nobody in particular
    std::vector<std::string> roles;
};

/// A document on its way in.
struct CouchCandidate {
    const std::string& id;
    bool deleted;
    const platform::JsonObject& members;  ///< all of them, also those that begin with `_`
    const CouchUserContext& user;
};

/// What a validation function throws.
struct CouchRefusal {
    std::string error;  ///< "forbidden", "unauthorized" or whatever a broken function gives
    std::string reason;
};

using CouchValidation = std::function<std::optional<CouchRefusal>(const CouchCandidate&)>;

/// Where a design document keeps the plain copy of what its function allows.
inline constexpr std::string_view kAllowedFieldsName = "allowedFields";

/// What may be in an entry on the wire (store/replication/README.md, "Wire"): named lists of
/// fields, each with the kind of its value, "string", "number", "boolean", "strings" (a list of
/// them) or another list's name.
[[nodiscard]] const platform::JsonValue& allowed_fields();

/// The `validate_doc_update` function (JavaScript) that keeps to `allowed`.
[[nodiscard]] std::string validation_function(const platform::JsonValue& allowed);

/// Answers as validation_function(allowed) does. The conformance suite shows that they agree.
[[nodiscard]] std::optional<CouchRefusal> validate(const platform::JsonValue& allowed,
                                                   const CouchCandidate& candidate);

}  // namespace tizilim::support
