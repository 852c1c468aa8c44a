#include "platform/files/process_lock.h"

#include "platform/files/descriptor.h"
#include "platform/files/posix_file.h"
#include "platform/text/message.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
#include <sstream>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

/// A network's file system locks only what is open for writing.
Descriptor opened(const std::filesystem::path& place) {
    int file = ::open(place.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && errno == EISDIR) {
        file = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (file < 0) throw_file_error("file.cannot_open", place, errno);
    return Descriptor(file);
}

bool same(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// Nothing where the system does not tell. A line of its list:
/// "4: FLOCK  ADVISORY  WRITE 1234 fe:00:11014531 0 EOF".
std::optional<long> holder_of(const Descriptor& file) {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return {};
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, kind, manner, mode, inode;
        long pid = 0;
        unsigned major = 0;
        unsigned minor = 0;
        char colon = 0;
        words >> number >> kind >> manner >> mode >> pid >> std::hex >> major >> colon >> minor;
        words >> colon >> inode;
        if (kind != "FLOCK" || pid <= 0 || inode != std::to_string(status.st_ino)) continue;
        if (::makedev(major, minor) == status.st_dev) return pid;
    }
    return {};
}

void take(const Descriptor& file, const std::filesystem::path& place) {
    int error = 0;
    do {
        error = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    } while (error == EINTR);
    if (error == EWOULDBLOCK) {
        const auto pid = holder_of(file);
        if (!pid) throw LockHeld(Message{"lock.held", {{"path", place.string()}}});
        throw LockHeld(
            Message{"lock.held_by_process", {{"path", place.string()}, {"process", *pid}}});
    }
    if (error != 0) throw_file_error("file.cannot_lock", place, error);
}

}  // namespace

ProcessLock::ProcessLock(std::filesystem::path place) : place_(std::move(place)) {
    Descriptor file = opened(place_);
    take(file, place_);
    descriptor_ = file.release();
}

ProcessLock::~ProcessLock() {
    ::close(descriptor_);
}

ProcessLock::Place ProcessLock::place() const {
    struct stat held{};
    struct stat named{};
    if (::fstat(descriptor_, &held) != 0 || ::stat(place_.c_str(), &named) != 0) {
        return Place::removed;
    }
    return same(held, named) && held.st_nlink > 0 ? Place::kept : Place::replaced;
}

bool ProcessLock::is(int descriptor) const {
    struct stat held{};
    struct stat other{};
    return ::fstat(descriptor_, &held) == 0 && ::fstat(descriptor, &other) == 0 &&
           same(held, other);
}

}  // namespace tizilim::platform
