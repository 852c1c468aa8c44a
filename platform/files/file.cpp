#include "platform/files/file.h"

#include "platform/files/descriptor.h"
#include "platform/files/posix_file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

namespace tizilim::platform {
namespace {

constexpr mode_t kOwnerOnlyDirectory = 0700;
constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kPermissions = 07777;
constexpr mode_t kGroupAndOthers = 077;
constexpr mode_t kGroupAndOthersWrite = 022;

bool is_full(int system_error) {
    return system_error == ENOSPC || system_error == EDQUOT;
}

bool is_unsupported(int system_error) {
    return system_error == EOPNOTSUPP || system_error == ENOSYS || system_error == EINVAL;
}

/// fallocate() from the start, holes included. The result is an errno, or 0.
int allocate_all(const Descriptor& file, off_t bytes) {
    int result = 0;
    do {
        result = ::fallocate(file.get(), 0, 0, bytes) == 0 ? 0 : errno;
    } while (result == EINTR);
    return result;
}

/// For file systems without fallocate(). glibc writes to each block then, so only past the end,
/// where nobody else writes.
int allocate_tail(const Descriptor& file, off_t bytes) {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return errno;
    if (bytes <= status.st_size) return 0;
    int result = 0;
    do {
        result = ::posix_fallocate(file.get(), status.st_size, bytes - status.st_size);
    } while (result == EINTR);
    return result;
}

std::string octal(mode_t mode) {
    std::string digits = "0000";
    mode_t bits = mode & kPermissions;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, bits >>= 3U) {
        *digit = static_cast<char>('0' + (bits & 7U));
    }
    return digits;
}

}  // namespace

void make_private_directory(const std::filesystem::path& directory) {
    std::filesystem::path made;
    for (const std::filesystem::path& part : directory) {
        made /= part;
        struct stat status{};
        if (::stat(made.c_str(), &status) == 0) {
            if (!S_ISDIR(status.st_mode)) throw_file_error("folder.cannot_make", made, ENOTDIR);
            continue;
        }
        if (::mkdir(made.c_str(), kOwnerOnlyDirectory) == 0) {
            sync_directory(directory_of(made));
        } else if (errno != EEXIST) {  // somebody else may have been faster
            throw_file_error("folder.cannot_make", made, errno);
        }
    }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
    TemporaryFile(path, content).replace_target();
}

void write_file_at(const std::filesystem::path& path, std::uint64_t offset,
                   std::string_view content) {
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
    if (file.get() < 0) throw_file_error("file.cannot_open", path, errno);
    if (::lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
        throw_file_error("file.cannot_write", path, errno);
    }
    write_descriptor(file, path, content);
}

void append_durably(const std::filesystem::path& path, std::string_view content) {
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kOwnerOnly));
    if (file.get() < 0) throw_file_error("file.cannot_open", path, errno);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) throw_file_error("file.cannot_examine", path, errno);
    try {
        write_descriptor(file, path, content);
        if (::fdatasync(file.get()) != 0) throw_file_error("file.cannot_write", path, errno);
    } catch (const FileError&) {
        // Whatever is wrong with the disk: if this fails too, the caller hears of the first fault.
        static_cast<void>(::ftruncate(file.get(), status.st_size) == 0);
        throw;
    }
    if (status.st_size == 0) sync_directory(directory_of(path));
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code failed;
    std::filesystem::rename(from, to, failed);
    if (failed) throw_file_error("file.cannot_rename", from, failed.value());
    sync_directory(to.parent_path());
}

std::string read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    return read_descriptor(open_regular_file(path), path, bytes_max);
}

bool reserve_file_space(const std::filesystem::path& path, std::uint64_t bytes) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
    if (bytes == 0) return true;
    if (bytes > kLargest) throw_file_error("file.cannot_reserve_disk", path, EFBIG);
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0) throw_file_error("file.cannot_open", path, errno);
    int result = allocate_all(file, static_cast<off_t>(bytes));
    if (is_unsupported(result)) result = allocate_tail(file, static_cast<off_t>(bytes));
    // What was had before the disk filled up stays: it lies under this very file.
    if (is_full(result)) return false;
    if (result != 0) throw_file_error("file.cannot_reserve_disk", path, result);
    return true;
}

bool is_within(const std::filesystem::path& directory, const std::filesystem::path& path) {
    const auto canonical = [](const std::filesystem::path& name) {
        std::error_code failed;  // a name that can't be followed lies nowhere
        return std::filesystem::weakly_canonical(std::filesystem::absolute(name, failed), failed);
    };
    const auto own = canonical(directory);
    const auto asked = canonical(path);
    return !own.empty() &&
           std::mismatch(own.begin(), own.end(), asked.begin(), asked.end()).first == own.end();
}

std::string access_beyond_owner(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) throw_file_error("file.cannot_examine", path, errno);
    return (status.st_mode & kGroupAndOthers) == 0 ? std::string() : octal(status.st_mode);
}

std::optional<OtherWriters> writers_beyond_owner(const std::filesystem::path& directory) {
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0)
        throw_file_error("file.cannot_examine", directory, errno);
    if (status.st_uid != ::geteuid()) return OtherWriters{.owner = status.st_uid};
    if ((status.st_mode & kGroupAndOthersWrite) == 0) return {};
    return OtherWriters{.mode = octal(status.st_mode)};
}

}  // namespace tizilim::platform
