#include "platform/files/file_stream.h"

#include "platform/files/descriptor.h"
#include "platform/files/posix_file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr std::string_view kTemporaryEnd = ".tmp";

/// Looked at before anything is written, and not when all is.
std::filesystem::path replaceable(std::filesystem::path target) {
    expect_replaceable(target);
    return target;
}

}  // namespace

NewFile::NewFile(std::filesystem::path target)
    : target_(replaceable(std::move(target))),
      temporary_(temporary_beside(target_)),
      descriptor_(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly)) {
    if (descriptor_ < 0) throw_file_error("file.cannot_create_beside", target_, errno);
}

NewFile::~NewFile() {
    ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::write(std::string_view part) {
    while (!part.empty()) {
        const ssize_t put = ::write(descriptor_, part.data(), part.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("file.cannot_write", target_, errno);
        part.remove_prefix(static_cast<std::size_t>(put));
        bytes_ += static_cast<std::uint64_t>(put);
    }
}

void NewFile::sync() {
    if (::fsync(descriptor_) != 0) throw_file_error("file.cannot_sync", target_, errno);
    // A file system that keeps it in memory all the same is no failure.
    static_cast<void>(::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED));
}

void NewFile::publish() {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
        throw_file_error("file.cannot_name", target_, errno);
    }
    temporary_.clear();
    sync_directory(directory_of(target_));
}

std::string_view NewFile::target_of(std::string_view name) {
    if (!name.starts_with('.') || !name.ends_with(kTemporaryEnd)) return {};
    name.remove_prefix(1);
    name.remove_suffix(kTemporaryEnd.size());
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return {};
    const std::string_view own = name.substr(dot + 1);
    const bool is_ours = own.find('-') != std::string_view::npos &&
                         own.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
    return is_ours ? name.substr(0, dot) : std::string_view();
}

FileReader::FileReader(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(open_regular_file(path_).release()) {}

FileReader::FileReader(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

std::unique_ptr<FileReader> FileReader::own(const std::filesystem::path& path) {
    // O_NONBLOCK: opening a pipe must not wait for a writer.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    struct stat status{};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return nullptr;
    if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) return nullptr;
    return std::unique_ptr<FileReader>(new FileReader(path, file.release()));
}

FileReader::~FileReader() {
    ::close(descriptor_);
}

std::size_t FileReader::read(std::span<char> part) {
    std::size_t filled = 0;
    while (filled < part.size()) {
        const ssize_t got = ::read(descriptor_, part.data() + filled, part.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_file_error("file.cannot_read", path_, errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

std::uint64_t FileReader::size() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) throw_file_error("file.cannot_examine", path_, errno);
    return static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
}

}  // namespace tizilim::platform
