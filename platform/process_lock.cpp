#include "platform/process_lock.h"

#include "platform/posix_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

namespace tizilim::platform {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kPidBytesMax = 20;

/// "process 1234", or "another process" when the file does not tell: its holder may be between
/// locking and writing.
std::string holder(const Descriptor& file) {
    std::array<char, kPidBytesMax> content{};
    const ssize_t got = ::pread(file.get(), content.data(), content.size(), 0);
    std::string_view pid(content.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (!pid.ends_with('\n')) return "another process";
    pid.remove_suffix(1);
    const bool digits =
        std::all_of(pid.begin(), pid.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (pid.empty() || !digits) return "another process";
    return "process " + std::string(pid);
}

void take(const Descriptor& file, const std::filesystem::path& path) {
    int error = 0;
    do {
        error = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    } while (error == EINTR);
    if (error == EWOULDBLOCK) {
        throw LockHeld(holder(file) + " holds " + path.string() +
                       "; stop it first, or work through it");
    }
    if (error != 0) throw_file_error("lock", path, error);
}

/// The pid is for the message alone: a full disk must not keep the program from starting.
void write_pid(const Descriptor& file, const std::filesystem::path& path) {
    const std::string pid = std::to_string(::getpid()) + '\n';
    if (::ftruncate(file.get(), 0) != 0) throw_file_error("empty", path, errno);
    const ssize_t put = ::pwrite(file.get(), pid.data(), pid.size(), 0);
    if (put < 0 && errno != ENOSPC && errno != EDQUOT) throw_file_error("write", path, errno);
}

}  // namespace

ProcessLock::ProcessLock(const std::filesystem::path& file) {
    Descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
    if (opened.get() < 0) throw_file_error("open the lock file", file, errno);
    take(opened, file);
    write_pid(opened, file);
    descriptor_ = opened.release();
}

/// The file stays: whoever opened it before it was removed would hold a lock that nobody sees. It
/// is emptied, so that the next holder is not taken for this one.
ProcessLock::~ProcessLock() {
    static_cast<void>(::ftruncate(descriptor_, 0));
    ::close(descriptor_);
}

}  // namespace tizilim::platform
