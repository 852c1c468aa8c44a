#pragma once

#include <filesystem>
#include <string>

namespace tizilim::platform {

/// What tells this installation of the operating system from others (machine-id(5)): 32 hex digits.
/// Empty when the machine has none: then a copy of its disk can't be told from it. To be stored
/// only where nobody else reads it.
[[nodiscard]] std::string machine_id(const std::filesystem::path& file = "/etc/machine-id");

}  // namespace tizilim::platform
