#pragma once

#include "platform/expected.h"
#include "platform/network/listening_socket.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tizilim::platform {

/// A whole head must come within it.
inline constexpr std::chrono::seconds kHeadTimeMax{2};

/// A client that has sent its head, or the reason to refuse it.
struct LocalRequest {
    LocalStream stream;
    Expected<std::string, StreamFailure> head;
};

struct ListenerSettings {
    std::shared_ptr<const StopEvent> stop;
    std::chrono::milliseconds head_time_max = kHeadTimeMax;
    /// Called by next() when it has dropped a client of an account without access; at most once a
    /// minute.
    std::function<void(std::int64_t account)> dropped = {};
};

/// Listens for programs on this machine, and waits for the heads of all clients at once: one that
/// sends nothing, or byte after byte, costs the others no thread and no time. A client that takes
/// longer than `head_time_max` or sends more than kHeadBytesMax is refused; when there are too many
/// clients, the one that connected first.
class LocalListener {
public:
    /// On `control.sock` in `folder`, the caller's alone: a socket that is there was left by a
    /// killed process. A client of an account without `access` is dropped before a byte of it is
    /// read. \throws FileError
    [[nodiscard]] static LocalListener on_control_socket(const std::filesystem::path& folder,
                                                         ControlAccess access,
                                                         const ListenerSettings& settings);

    /// On a port of the loopback; 0 takes a free one. The error is the system's.
    [[nodiscard]] static Expected<LocalListener, Message> on_loopback(
        const std::string& address, std::uint16_t port, const ListenerSettings& settings);

    /// The same on sockets that another program made and handed over. `folder` and `access` are
    /// those that a control socket was made with. \throws FileError when `folder` can't be examined
    [[nodiscard]] static LocalListener serving_control(ListeningSocket listening,
                                                       const std::filesystem::path& folder,
                                                       ControlAccess access,
                                                       const ListenerSettings& settings);
    [[nodiscard]] static LocalListener serving_port(ListeningSocket listening,
                                                    const ListenerSettings& settings);

    ~LocalListener();
    LocalListener(LocalListener&& other) noexcept;
    LocalListener& operator=(LocalListener&& other) = delete;

    [[nodiscard]] std::uint16_t port() const;  ///< 0 on a control socket

    /// Waits for the next client. Nothing: the StopEvent was set. One thread at a time.
    [[nodiscard]] std::optional<LocalRequest> next();

private:
    class Impl;
    explicit LocalListener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::platform
