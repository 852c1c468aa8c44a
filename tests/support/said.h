#pragma once

#include "platform/text/message.h"

#include <optional>
#include <string>

namespace tizilim::support {

/// A message in English; empty: there is none.
[[nodiscard]] inline std::string said(const std::optional<platform::Message>& message) {
    return message ? platform::in_english(*message) : std::string();
}

}  // namespace tizilim::support
