#pragma once

#include <filesystem>
#include <vector>

namespace tizilim::agent {

/// Whether `folder` is beneath one of `places`, links followed; where there are none, anything is.
/// The system confines the daemon to some folders: better said before it is tried.
[[nodiscard]] bool may_write(const std::filesystem::path& folder,
                             const std::vector<std::filesystem::path>& places);

}  // namespace tizilim::agent
