#pragma once

#include <string_view>

namespace tizilim::agent {

/// Whether `text` is 12 digits, as individual and business identification numbers are.
[[nodiscard]] bool is_iin(std::string_view text);

/// Whether the last of the 12 digits checks the others. For warnings only: numbers are in use for
/// which it doesn't, among them those of the certification centre's test certificates.
[[nodiscard]] bool iin_checks(std::string_view iin);

}  // namespace tizilim::agent
