#include "platform/synced_file.h"

#include "platform/posix_file.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr mode_t kOwnerOnly = 0600;

Descriptor opened(const std::filesystem::path& path, SyncedFile::Open open) {
    const bool anew = open == SyncedFile::Open::anew;
    if (anew) remove_file(path);
    const int flags = O_RDWR | O_CLOEXEC | (anew ? O_CREAT | O_EXCL : 0);
    Descriptor file(::open(path.c_str(), flags, kOwnerOnly));
    if (file.get() < 0) throw_file_error("open", path, errno);
    return file;
}

}  // namespace

SyncedFile::SyncedFile(std::filesystem::path path, Open open)
    : path_(std::move(path)), file_(std::make_unique<Descriptor>(opened(path_, open))) {}

SyncedFile::~SyncedFile() = default;

SyncedFile::Write SyncedFile::write(std::uint64_t at, std::string_view bytes) {
    Write done;
    while (done.bytes_taken < bytes.size()) {
        const ssize_t taken =
            ::pwrite(file_->get(), bytes.data() + done.bytes_taken, bytes.size() - done.bytes_taken,
                     static_cast<off_t>(at + done.bytes_taken));
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) {
            done.system_error = taken < 0 ? errno : EIO;
            return done;
        }
        done.bytes_taken += static_cast<std::size_t>(taken);
    }
    return done;
}

int SyncedFile::sync() {
    return ::fdatasync(file_->get()) == 0 ? 0 : errno;
}

std::string SyncedFile::read(std::uint64_t at, std::size_t count) const {
    std::string bytes(count, '\0');
    std::size_t got = 0;
    while (got < count) {
        const ssize_t some =
            ::pread(file_->get(), bytes.data() + got, count - got, static_cast<off_t>(at + got));
        if (some < 0 && errno == EINTR) continue;
        if (some < 0) fail("read", errno);
        if (some == 0) break;
        got += static_cast<std::size_t>(some);
    }
    bytes.resize(got);
    return bytes;
}

void SyncedFile::put(std::uint64_t at, std::string_view bytes) {
    const Write done = write(at, bytes);
    if (done.system_error != 0) fail("write", done.system_error);
    if (const int error = sync(); error != 0) fail("sync", error);
}

void SyncedFile::fail(std::string_view tried, int system_error) const {
    throw_file_error(tried, path_, system_error);
}

void sync_folder_of(const std::filesystem::path& path) {
    sync_directory(directory_of(path));
}

bool remove_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) == 0) return true;
    if (errno != ENOENT) throw_file_error("remove", path, errno);
    return false;
}

}  // namespace tizilim::platform
