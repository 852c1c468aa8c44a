#include "platform/files/exposure.h"

#include "platform/files/posix_file.h"
#include "platform/text/message.h"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <grp.h>
#include <iterator>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace tizilim::platform {
namespace {

constexpr mode_t kOthersMayWrite = 022;
constexpr mode_t kAnyoneMayWrite = 002;
constexpr uid_t kAdministrator = 0;
constexpr gid_t kAdministrators = 0;

/// What `path` is, links followed. False: it is not there.
bool examine(const std::filesystem::path& path, struct stat& status) {
    if (::stat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    throw_file_error("file.cannot_examine", path, errno);
}

/// Of a path without links. In a user namespace that has no administrator, the files of all others
/// look like his: then he alone is known by folders that nobody else puts anything into.
bool is_administrators(const std::filesystem::path& whole, uid_t owner) {
    if (owner == kAdministrator) return true;
    struct stat root{};
    if (::stat("/", &root) != 0 || owner != root.st_uid) return false;
    const auto top = std::next(whole.begin());
    return top != whole.end() && (*top == "etc" || *top == "usr");
}

}  // namespace

std::optional<Message> exposure_to_others(const std::filesystem::path& path) {
    std::error_code failed;
    const auto whole =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
    if (failed) throw_file_error("file.cannot_examine", path, failed.value());
    struct stat status{};
    if (examine(whole, status)) {
        if (status.st_uid != ::geteuid() && !is_administrators(whole, status.st_uid))
            return Message{"file.of_another_user",
                           {{"path", path.string()}, {"user", status.st_uid}}};
        if ((status.st_mode & kOthersMayWrite) != 0)
            return Message{"file.others_may_write", {{"path", path.string()}}};
    }
    for (auto folder = whole.parent_path();; folder = folder.parent_path()) {
        // In a folder with the sticky bit, names are their owners'.
        if (examine(folder, status) && (status.st_mode & kAnyoneMayWrite) != 0 &&
            (status.st_mode & S_ISVTX) == 0)
            return Message{"file.others_may_replace",
                           {{"path", path.string()}, {"folder", folder.string()}}};
        if (!folder.has_relative_path()) return {};
    }
}

std::optional<Message> group_needed(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || status.st_gid == kAdministrators) return {};
    constexpr std::size_t kGroupBytesMax = std::size_t{64} * 1024;
    std::vector<char> room(kGroupBytesMax);
    group found{};
    group* named = nullptr;
    static_cast<void>(::getgrgid_r(status.st_gid, &found, room.data(), room.size(), &named));
    return Message{"file.for_a_group",
                   {{"path", path.string()},
                    {"group", named != nullptr ? named->gr_name : std::to_string(status.st_gid)}}};
}

}  // namespace tizilim::platform
