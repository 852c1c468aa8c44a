#pragma once

#include "platform/text/message.h"

#include <filesystem>
#include <string>

namespace tizilim::platform {

/// The message says which process holds the lock, by pid.
class LockHeld : public MessageError {
public:
    using MessageError::MessageError;
    explicit LockHeld(const std::string& message) : MessageError(as_it_stands(message)) {}
};

/// Locks a folder or a file for one process at a time; the system unlocks it however that process
/// ends. The folder or file itself is locked: there is no lock file that could be removed, and the
/// lock holds under any other name.
class ProcessLock {
public:
    /// \throws LockHeld when another process has it; FileError when it can't be opened
    explicit ProcessLock(std::filesystem::path place);
    ~ProcessLock();
    ProcessLock(const ProcessLock&) = delete;
    ProcessLock& operator=(const ProcessLock&) = delete;

    enum class Place {
        kept,
        removed,  ///< nothing that can be reached is at the path
        replaced  ///< something else is
    };
    /// Whether the path still names what is locked.
    [[nodiscard]] Place place() const;
    /// Whether that descriptor is of what is locked.
    [[nodiscard]] bool is(int descriptor) const;

private:
    std::filesystem::path place_;
    int descriptor_ = -1;
};

}  // namespace tizilim::platform
