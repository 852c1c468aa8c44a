#pragma once

#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/network/local_stream.h"
#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace tizilim::platform {

class SocketName;

/// A socket that programs on this machine can connect to. The program that makes it may hand it to
/// the one that serves it, a LocalListener.
struct ListeningSocket {
    Descriptor socket;
    /// Of a control socket in the program that made it: its name goes with this object.
    std::shared_ptr<const SocketName> name = nullptr;
};

/// On `control.sock` in `folder`, the caller's alone: a socket that is there was left by a killed
/// process. \throws FileError
[[nodiscard]] ListeningSocket listen_on_control_socket(const std::filesystem::path& folder,
                                                       ControlAccess access);

/// On a port of the loopback; 0 takes a free one. The error is what the system says.
[[nodiscard]] Expected<ListeningSocket, Message> listen_on_loopback(const std::string& address,
                                                                    std::uint16_t port);

[[nodiscard]] std::uint16_t port_of(const ListeningSocket& listening);  ///< 0: a control socket

}  // namespace tizilim::platform
