#pragma once

#include <filesystem>
#include <string>

namespace tizilim::platform {

/// The random id of this installation of the operating system (machine-id(5)): 32 hex digits. Empty
/// when there is none: then a copied disk can't be noticed by it. It is confidential: store it
/// sealed or hashed.
[[nodiscard]] std::string machine_id(const std::filesystem::path& file = "/etc/machine-id");

}  // namespace tizilim::platform
