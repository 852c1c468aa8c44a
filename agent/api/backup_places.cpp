#include "agent/api/backup_places.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

namespace tizilim::agent {

namespace {

/// Whether `folder` is `place`, or beneath it.
bool is_above(const std::filesystem::path& place, const std::filesystem::path& folder) {
    std::error_code failed;  // of what is not there it makes the rest of the path plain
    const auto wanted = std::filesystem::weakly_canonical(folder, failed);
    const auto found = std::filesystem::weakly_canonical(place, failed);
    return std::ranges::mismatch(found, wanted).in1 == found.end();
}

}  // namespace

bool may_write(const std::filesystem::path& folder,
               const std::vector<std::filesystem::path>& places) {
    return places.empty() ||
           std::ranges::any_of(places, [&](const auto& place) { return is_above(place, folder); });
}

std::vector<std::filesystem::path> offered_for_backups(
    std::vector<std::filesystem::path> places, const std::filesystem::path& register_directory) {
    std::erase_if(places, [&](const auto& place) { return is_above(register_directory, place); });
    return places;
}

}  // namespace tizilim::agent
