#include "agent/api/backup_places.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

namespace tizilim::agent {

bool may_write(const std::filesystem::path& folder,
               const std::vector<std::filesystem::path>& places) {
    std::error_code failed;  // of what is not there it makes the rest of the path plain
    const auto wanted = std::filesystem::weakly_canonical(folder, failed);
    const auto is_above = [&](const std::filesystem::path& place) {
        const auto found = std::filesystem::weakly_canonical(place, failed);
        return std::ranges::mismatch(found, wanted).in1 == found.end();
    };
    return places.empty() || std::ranges::any_of(places, is_above);
}

}  // namespace tizilim::agent
