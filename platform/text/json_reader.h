#pragma once

#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <cstddef>
#include <string_view>

namespace tizilim::platform {

struct JsonBounds {
    std::size_t depth_max = 32;
    std::size_t values_max = 1'000'000;  ///< members and elements, together
};

/// Reads untrusted JSON (RFC 8259). Refuses, with what and where: invalid UTF-8, anything after the
/// value, a name twice in one object, numbers beyond ±2^53, and more than `bounds`.
[[nodiscard]] Expected<JsonValue, Message> read_json(std::string_view text,
                                                     const JsonBounds& bounds = {});

}  // namespace tizilim::platform
