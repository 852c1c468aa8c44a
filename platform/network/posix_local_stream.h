#pragma once

#include "platform/files/descriptor.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace tizilim::platform {

/// Shared by this folder's .cpp files about sockets; not for other folders.

class StopEvent::Native {
public:
    Native();
    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

private:
    Descriptor descriptor_;
};

class LocalStream::Connection {
public:
    /// `stop` null: only time ends a wait.
    Connection(Descriptor descriptor, std::shared_ptr<const StopEvent> stop)
        : descriptor_(std::move(descriptor)), stop_(std::move(stop)) {}
    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

    enum class Awaited { ready, timed_out, stopped };
    /// Waits for `events` of poll().
    [[nodiscard]] Awaited wait(short events, std::chrono::milliseconds at_most) const;

private:
    Descriptor descriptor_;
    std::shared_ptr<const StopEvent> stop_;
};

/// An open folder, and short paths to names in it, however long its own path is: a socket's address
/// has room for some hundred bytes.
class OpenFolder {
public:
    /// \throws FileError
    explicit OpenFolder(const std::filesystem::path& folder);
    [[nodiscard]] int descriptor() const { return descriptor_.get(); }
    [[nodiscard]] std::string path_of(const std::string& name) const;

private:
    Descriptor descriptor_;
};

inline constexpr auto kControlSocket = "control.sock";

}  // namespace tizilim::platform
