#include "platform/files/exposure.h"

#include "platform/files/posix_file.h"
#include "platform/text/message.h"

#include <cerrno>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

namespace tizilim::platform {
namespace {

constexpr mode_t kOthersMayWrite = 022;
constexpr mode_t kAnyoneMayWrite = 002;
constexpr uid_t kAdministrator = 0;

/// What `path` is, links followed. False: it is not there.
bool examine(const std::filesystem::path& path, struct stat& status) {
    if (::stat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    throw_file_error("file.cannot_examine", path, errno);
}

}  // namespace

std::optional<Message> exposure_to_others(const std::filesystem::path& path) {
    std::error_code failed;
    const auto whole =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
    if (failed) throw_file_error("file.cannot_examine", path, failed.value());
    struct stat status{};
    if (examine(whole, status)) {
        if (status.st_uid != ::geteuid() && status.st_uid != kAdministrator)
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

}  // namespace tizilim::platform
