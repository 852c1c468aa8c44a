#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace tizilim::platform {

/// Says which process holds the lock, by pid.
class LockHeld : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A folder or a file, held by one process at a time, and let go by the system however that process
/// ends. The lock lies on what is held itself: there is no lock file that could be removed, and
/// whoever comes to it by another name meets the same lock.
class ProcessLock {
public:
    /// \throws LockHeld when another process has it; FileError when it can't be opened
    explicit ProcessLock(std::filesystem::path place);
    ~ProcessLock();
    ProcessLock(const ProcessLock&) = delete;
    ProcessLock& operator=(const ProcessLock&) = delete;

    enum class Place {
        kept,
        removed,  ///< nothing that can be reached is at that path
        replaced  ///< something else is
    };
    /// What is at the path now, beside what is held.
    [[nodiscard]] Place place() const;
    /// Whether that descriptor is of what is held.
    [[nodiscard]] bool is(int descriptor) const;

private:
    std::filesystem::path place_;
    int descriptor_ = -1;
};

}  // namespace tizilim::platform
