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

/// Held by one process at a time, and let go by the system however that process ends. The file
/// keeps the holder's pid for the message.
class ProcessLock {
public:
    /// \throws LockHeld when another process has it; FileError when the file can't be made.
    explicit ProcessLock(const std::filesystem::path& file);
    ~ProcessLock();
    ProcessLock(const ProcessLock&) = delete;
    ProcessLock& operator=(const ProcessLock&) = delete;

private:
    int descriptor_ = -1;
};

}  // namespace tizilim::platform
