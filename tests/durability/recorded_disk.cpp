#include "tests/durability/recorded_disk.h"

#include "platform/check.h"

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
    if (written <= 0 || !disk().watches(file)) return written;
    bytes.resize(static_cast<std::size_t>(written));
    const bool synced = durable && disk().may_sync(file);
    disk().note({synced ? DiskEvent::Kind::durable_write : DiskEvent::Kind::write,
                 static_cast<std::uint64_t>(at), std::move(bytes)});
    if (synced || !durable) return written;
    disk().note({DiskEvent::Kind::failed_sync});
    errno = EIO;
    return -1;
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
    if (disk().watches(file)) {
        disk().note({done ? DiskEvent::Kind::sync : DiskEvent::Kind::failed_sync});
    }
    if (done) return 0;
    errno = EIO;
    return -1;
}

}  // namespace

RecordedDisk& disk() {
    return the_disk;
}

void RecordedDisk::watch(const std::filesystem::path& file) {
    struct stat status{};
    CHECK(::stat(file.c_str(), &status) == 0);
    device_ = status.st_dev;
    inode_ = status.st_ino;
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

bool RecordedDisk::watches(int file) const {
    struct stat status{};
    return watching_ && ::fstat(file, &status) == 0 && status.st_dev == device_ &&
           status.st_ino == inode_;
}

bool RecordedDisk::fails(int file) {
    if (!fault_ || !watches(file)) return false;
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
    errno = fault_ == Fault::no_space ? ENOSPC : EIO;
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
    if (!durability::disk().watches(file)) {
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
    if (done == 0 && durability::disk().watches(file)) {
        durability::disk().note(
            {durability::DiskEvent::Kind::resize, static_cast<std::uint64_t>(size)});
    }
    return done;
}
int fallocate(int file, int mode, off_t at, off_t size) {
    if (!durability::disk().may_write(file, 1)) return -1;
    const auto done = static_cast<int>(::syscall(SYS_fallocate, file, mode, at, size));
    if (done == 0 && durability::disk().watches(file)) {
        durability::disk().note(
            {durability::DiskEvent::Kind::resize, static_cast<std::uint64_t>(at + size)});
    }
    return done;
}
// NOLINTEND(readability-identifier-naming,misc-definitions-in-headers)
}
