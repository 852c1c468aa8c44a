#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// The one of `known` that differs from `typed` by a typing error or two; empty: none. A typing
/// error is a letter put in, taken out, changed or swapped with the next, of any alphabet.
[[nodiscard]] std::string nearest(std::string_view typed, std::span<const std::string> known);

}  // namespace tizilim::platform
