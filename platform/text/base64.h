#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// RFC 4648, standard alphabet, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Nothing for text that is no base64. Padding may be missing.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace tizilim::platform
