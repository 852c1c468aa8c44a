#include "platform/files/exposure.h"

#include "platform/files/posix_file.h"

#include <cerrno>
#include <filesystem>
#include <string>
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
    throw_file_error("examine", path, errno);
}

}  // namespace

std::string exposure_to_others(const std::filesystem::path& path) {
    std::error_code failed;
    const auto whole =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
    if (failed) throw_file_error("examine", path, failed.value());
    struct stat status{};
    if (examine(whole, status)) {
        if (status.st_uid != ::geteuid() && status.st_uid != kAdministrator)
            return path.string() + " belongs to another user (id " + std::to_string(status.st_uid) +
                   "): run this as that user, or chown it";
        if ((status.st_mode & kOthersMayWrite) != 0)
            return "other users may write to " + path.string() + ": chmod go-w " + path.string();
    }
    for (auto folder = whole.parent_path();; folder = folder.parent_path()) {
        // In a folder with the sticky bit, names are their owners'.
        if (examine(folder, status) && (status.st_mode & kAnyoneMayWrite) != 0 &&
            (status.st_mode & S_ISVTX) == 0)
            return "other users may replace " + path.string() + ", for anyone may write to " +
                   folder.string() + ": chmod o-w " + folder.string() + ", or move it";
        if (!folder.has_relative_path()) return {};
    }
}

}  // namespace tizilim::platform
