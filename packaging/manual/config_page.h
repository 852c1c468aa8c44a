#pragma once

#include <string>
#include <string_view>

namespace tizilim::manual {

/// Both are of the configuration's own table of keys.
/// \throws std::runtime_error for a key that has no text, and a text that has no key
[[nodiscard]] std::string config_page(std::string_view day);
/// Every key, each in a comment with what stands without it.
[[nodiscard]] std::string example_config();

}  // namespace tizilim::manual
