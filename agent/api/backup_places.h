#pragma once

#include <filesystem>
#include <vector>

namespace tizilim::agent {

/// Whether `folder` is beneath one of `places`, links followed; where there are none, anything is.
/// The system confines the daemon to some folders: better said before it is tried.
[[nodiscard]] bool may_write(const std::filesystem::path& folder,
                             const std::vector<std::filesystem::path>& places);

/// `places` but for the register's own folder: who loses that loses what is in it.
[[nodiscard]] std::vector<std::filesystem::path> offered_for_backups(
    std::vector<std::filesystem::path> places, const std::filesystem::path& register_directory);

}  // namespace tizilim::agent
