#pragma once

#include "agent/admin/allowed_fields.h"
#include "platform/text/json.h"

#include <functional>
#include <optional>
#include <string>
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

using admin::allowed_fields;
using admin::kAllowedFieldsName;
using admin::validation_function;

/// Answers as validation_function(allowed) does. The conformance suite shows that they agree.
[[nodiscard]] std::optional<CouchRefusal> validate(const platform::JsonValue& allowed,
                                                   const CouchCandidate& candidate);

}  // namespace tizilim::support
