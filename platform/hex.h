#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// Lower-case hex, two digits a byte.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
/// The bytes as a string. Nothing for an odd length or a character that is no hex digit.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view hex);

}  // namespace tizilim::platform
