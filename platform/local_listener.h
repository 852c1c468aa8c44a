#pragma once

#include "platform/expected.h"
#include "platform/local_stream.h"
#include "platform/stop_event.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace tizilim::platform {

/// A whole head may take so long to come.
inline constexpr std::chrono::seconds kHeadTimeMax{2};

/// A client that has sent a head, or why it is to be sent away.
struct LocalRequest {
    LocalStream stream;
    Expected<std::string, StreamFailure> head;
};

struct ListenerSettings {
    std::shared_ptr<const StopEvent> stop;
    std::chrono::milliseconds head_time_max = kHeadTimeMax;
};

/// Listens for programs on this machine, and hears all that have connected at once: one that sends
/// nothing, or byte after byte, costs the others no thread and no time. It ends what takes longer
/// than `head_time_max` for a head or sends more than kHeadBytesMax, and, when there are too many
/// clients, whoever has been connected the longest.
class LocalListener {
public:
    /// On `control.sock` in `folder`, which is the caller's alone: a socket that is there already
    /// is one that a killed process left. A client of an account that may not use it is dropped
    /// before a byte of it is read. \throws FileError
    [[nodiscard]] static LocalListener on_control_socket(const std::filesystem::path& folder,
                                                         ControlAccess access,
                                                         const ListenerSettings& settings);

    /// On a port of the loopback; 0 takes a free one. Or the system's words for why not.
    [[nodiscard]] static Expected<LocalListener, std::string> on_loopback(
        const std::string& address, std::uint16_t port, const ListenerSettings& settings);

    ~LocalListener();
    LocalListener(LocalListener&& other) noexcept;
    LocalListener& operator=(LocalListener&& other) = delete;

    [[nodiscard]] std::uint16_t port() const;  ///< 0 on a control socket

    /// Waits for the next. Nothing: the StopEvent was set. One thread at a time.
    [[nodiscard]] std::optional<LocalRequest> next();

private:
    class Impl;
    explicit LocalListener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::platform
