#include "platform/files/posix_file.h"

#include "platform/files/descriptor.h"
#include "platform/files/file.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace tizilim::platform {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kReadStepBytes = 64UL * 1024;
constexpr std::size_t kSuffixBytes = 8;

Message advice(int system_error) {
    switch (system_error) {
        case ENOSPC:
        case EDQUOT:
            return {"advice.free_disk"};
        case EFBIG:
            return {"advice.raise_file_size"};
        case EACCES:
        case EPERM:
            return {"advice.give_right"};
        case EROFS:
            return {"advice.mount_for_writing"};
        case ENOENT:
            return {"advice.path_is_missing"};
        case ENOTDIR:
            return {"advice.path_is_no_folder"};
        case EISDIR:
            return {"advice.name_a_file"};
        case EEXIST:
            return {"advice.choose_another_name"};
        case EMFILE:
        case ENFILE:
            return {"advice.raise_open_files"};
        case EIO:
            return {"advice.check_disk"};
        default:
            return {"advice.check_path_and_disk"};
    }
}

}  // namespace

/// The name tells whose it was, and no crashed predecessor's can be in the way.
std::filesystem::path temporary_beside(const std::filesystem::path& target) {
    const std::string name = "." + target.filename().string() + "." + std::to_string(::getpid()) +
                             "-" + SystemRandom().hex(kSuffixBytes) + ".tmp";
    return directory_of(target) / name;
}

void throw_file_error(std::string_view code, const std::filesystem::path& path, int system_error) {
    throw FileError(Message{std::string(code),
                            {{"path", path.string()},
                             {"system", as_json(system_message(system_error))},
                             {"advice", as_json(advice(system_error))}}},
                    system_error);
}

Descriptor open_regular_file(const std::filesystem::path& path) {
    // O_NONBLOCK: opening a pipe must not wait for a writer; it means nothing for a regular file.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) throw_file_error("file.cannot_open", path, errno);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) throw_file_error("file.cannot_examine", path, errno);
    if (S_ISDIR(status.st_mode)) throw_file_error("file.cannot_read", path, EISDIR);
    if (!S_ISREG(status.st_mode)) {
        throw FileError(Message{"file.not_regular_to_read", {{"path", path.string()}}}, 0);
    }
    return file;
}

std::string read_descriptor(const Descriptor& file, const std::filesystem::path& path,
                            std::size_t bytes_max) {
    std::string content;
    while (true) {
        const std::size_t used = content.size();
        // One byte over the bound shows that there is more, without reading the rest.
        const std::size_t left = bytes_max - used;
        content.resize(used + (left < kReadStepBytes ? left + 1 : kReadStepBytes));
        const ssize_t got = ::read(file.get(), content.data() + used, content.size() - used);
        if (got < 0 && errno != EINTR) throw_file_error("file.cannot_read", path, errno);
        content.resize(used + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0) return content;
        if (content.size() > bytes_max) {
            throw FileError(
                Message{"file.too_large", {{"path", path.string()}, {"bytes", bytes_max}}}, EFBIG);
        }
    }
}

void expect_replaceable(const std::filesystem::path& target) {
    struct stat status{};
    if (::stat(target.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
    if (S_ISDIR(status.st_mode)) throw_file_error("file.cannot_write", target, EISDIR);
    throw FileError(Message{"file.not_regular_to_write", {{"path", target.string()}}}, 0);
}

void write_descriptor(const Descriptor& file, const std::filesystem::path& path,
                      std::string_view content) {
    while (!content.empty()) {
        const ssize_t put = ::write(file.get(), content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("file.cannot_write", path, errno);
        content.remove_prefix(static_cast<std::size_t>(put));
    }
}

void sync_directory(const std::filesystem::path& directory) {
    const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
    if (opened.get() < 0) throw_file_error("folder.cannot_open", directory, errno);
    // EINVAL: a file system that keeps no order of its own for folders, and needs no sync.
    if (::fsync(opened.get()) != 0 && errno != EINVAL) {
        throw_file_error("folder.cannot_sync", directory, errno);
    }
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
    const std::filesystem::path parent = path.parent_path();
    return parent.empty() ? std::filesystem::path(".") : parent;
}

TemporaryFile::TemporaryFile(const std::filesystem::path& target, std::string_view content)
    : target_(target), path_(temporary_beside(target)) {
    expect_replaceable(target_);
    const Descriptor file(
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
    if (file.get() < 0) throw_file_error("file.cannot_create_beside", target_, errno);
    try {
        write_descriptor(file, target_, content);
        if (::fsync(file.get()) != 0) throw_file_error("file.cannot_sync", target_, errno);
    } catch (const FileError&) {
        ::unlink(path_.c_str());
        throw;
    }
}

TemporaryFile::~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

void TemporaryFile::replace_target() {
    if (::rename(path_.c_str(), target_.c_str()) != 0)
        throw_file_error("file.cannot_replace", target_, errno);
    path_.clear();
    sync_directory(directory_of(target_));
}

bool TemporaryFile::become_target() {
    // link(), unlike rename(), never replaces. The temporary name goes with this object.
    if (::link(path_.c_str(), target_.c_str()) != 0) {
        if (errno == EEXIST) return false;
        throw_file_error("file.cannot_create", target_, errno);
    }
    sync_directory(directory_of(target_));
    return true;
}

}  // namespace tizilim::platform
