#include "tests/durability/recorded_disk.h"

#include "platform/check.h"
#include "store/log_recovery.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::durability {
namespace {

RecordedDisk the_disk;

ssize_t plain_write(int file, const std::string& bytes, off_t at) {
    return static_cast<ssize_t>(::syscall(SYS_pwrite64, file, bytes.data(), bytes.size(), at));
}

/// Through another descriptor: waiting for the disk is what most of the time would go into.
ssize_t write_unsynced(int file, const std::string& bytes, off_t at) {
    const std::string name = "/proc/self/fd/" + std::to_string(file);
    const int other = ::open(name.c_str(), O_WRONLY | O_CLOEXEC);
    if (other < 0) return plain_write(file, bytes, at);
    const ssize_t written = plain_write(other, bytes, at);
    ::close(other);
    return written;
}

ssize_t write_at(int file, std::string bytes, off_t at) {
    const auto allowed = disk().may_write(file, bytes.size());
    if (!allowed) return -1;
    bytes.resize(*allowed);
    const bool durable = (::fcntl(file, F_GETFL) & O_DSYNC) != 0;
    const ssize_t written =
        durable ? write_unsynced(file, bytes, at) : plain_write(file, bytes, at);
    const auto watched = disk().watched(file);
    if (written <= 0 || !watched) return written;
    bytes.resize(static_cast<std::size_t>(written));
    disk().note({durable ? DiskEvent::Kind::durable_write : DiskEvent::Kind::write, *watched,
                 static_cast<std::uint64_t>(at), std::move(bytes)});
    return written;
}

std::string joined(const struct iovec* parts, int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) {
        bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    }
    return bytes;
}

int synced(int file) {
    const bool done = disk().may_sync(file);
    const int error = errno;
    if (const auto watched = disk().watched(file)) {
        disk().note({done ? DiskEvent::Kind::sync : DiskEvent::Kind::failed_sync, *watched});
    }
    errno = error;
    return done ? 0 : -1;
}

void resized(int file, std::uint64_t size) {
    const auto watched = disk().watched(file);
    if (watched) disk().note({DiskEvent::Kind::resize, *watched, size});
}

}  // namespace

RecordedDisk& disk() {
    return the_disk;
}

RecordedDisk::Inode RecordedDisk::inode_of(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino};
}

void RecordedDisk::watch(const std::filesystem::path& file) {
    data_ = inode_of(file);
    folder_ = inode_of(file.parent_path());
    log_path_ = store::log_of(std::filesystem::canonical(file));
    log_ = inode_of(log_path_);
    CHECK(data_ != Inode{} && folder_ != Inode{});
    watching_ = true;
    events_.clear();
}

std::vector<DiskEvent> RecordedDisk::stop() {
    watching_ = false;
    at_stop_ = {};
    return std::exchange(events_, {});
}

void RecordedDisk::at_event(std::size_t count, std::function<void()> then) {
    stop_at_ = count;
    at_stop_ = std::move(then);
}

void RecordedDisk::note(DiskEvent event) {
    events_.push_back(std::move(event));
    if (at_stop_ && events_.size() == stop_at_) std::exchange(at_stop_, {})();
}

void RecordedDisk::fail_after(std::uint64_t calls, Fault fault) {
    calls_left_ = calls;
    fault_ = fault;
    failed_ = 0;
}

std::uint64_t RecordedDisk::mend() {
    fault_.reset();
    return failed_;
}

std::optional<DiskFile> RecordedDisk::watched(int file) {
    struct stat status{};
    if (!watching_ || ::fstat(file, &status) != 0) return {};
    const Inode inode{status.st_dev, status.st_ino};
    if (inode == data_) return DiskFile::data;
    if (inode == folder_) return DiskFile::folder;
    if (inode == log_) return DiskFile::log;
    std::error_code failed;
    const std::string name = "/proc/self/fd/" + std::to_string(file);
    if (std::filesystem::read_symlink(name, failed) != log_path_) return {};
    log_ = inode;
    note({DiskEvent::Kind::made, DiskFile::folder});
    return DiskFile::log;
}

void RecordedDisk::removing(const char* path) {
    if (!watching_ || log_ == Inode{} || inode_of(path) != log_) return;
    log_ = {};
    note({DiskEvent::Kind::removed, DiskFile::folder});
}

bool RecordedDisk::fails(int file) {
    if (!fault_) return false;
    const auto of = watched(file);
    if (!of || (fault_ == Fault::no_space_for_data && of != DiskFile::data)) return false;
    if (calls_left_ > 0) {
        --calls_left_;
        return false;
    }
    ++failed_;
    return true;
}

std::optional<std::size_t> RecordedDisk::may_write(int file, std::size_t bytes) {
    if (fault_ == Fault::sync_fails || !fails(file)) return bytes;
    if (fault_ == Fault::short_write && bytes > 1) return bytes / 2;
    const bool full = fault_ == Fault::no_space || fault_ == Fault::no_space_for_data;
    errno = full ? ENOSPC : EIO;
    return {};
}

bool RecordedDisk::may_sync(int file) {
    if (fault_ != Fault::sync_fails || !fails(file)) return true;
    errno = EIO;
    return false;
}

}  // namespace tizilim::durability

namespace durability = tizilim::durability;

extern "C" {
// NOLINTBEGIN(readability-identifier-naming,misc-definitions-in-headers)
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    return durability::write_at(file, std::string(static_cast<const char*>(bytes), size), at);
}
ssize_t pwritev(int file, const struct iovec* parts, int count, off_t at) {
    return durability::write_at(file, durability::joined(parts, count), at);
}
ssize_t writev(int file, const struct iovec* parts, int count) {
    if (!durability::disk().watched(file)) {
        return static_cast<ssize_t>(::syscall(SYS_writev, file, parts, count));
    }
    const off_t at = ::lseek(file, 0, SEEK_CUR);
    const ssize_t written = durability::write_at(file, durability::joined(parts, count), at);
    if (written > 0) ::lseek(file, written, SEEK_CUR);
    return written;
}
int fdatasync(int file) {
    return durability::synced(file);
}
int fsync(int file) {
    return durability::synced(file);
}
int ftruncate(int file, off_t size) noexcept {
    const auto done = static_cast<int>(::syscall(SYS_ftruncate, file, size));
    if (done == 0) durability::resized(file, static_cast<std::uint64_t>(size));
    return done;
}
int fallocate(int file, int mode, off_t at, off_t size) {
    if (!durability::disk().may_write(file, 1)) return -1;
    const auto done = static_cast<int>(::syscall(SYS_fallocate, file, mode, at, size));
    if (done == 0) durability::resized(file, static_cast<std::uint64_t>(at + size));
    return done;
}
int unlink(const char* path) noexcept {
    durability::disk().removing(path);
    return static_cast<int>(::syscall(SYS_unlink, path));
}
// NOLINTEND(readability-identifier-naming,misc-definitions-in-headers)
}
