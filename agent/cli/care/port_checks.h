#pragma once

#include "agent/cli/care/finding.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/config/config.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// A file of the page: its bytes, and what its head lets the page do.
struct PageCopy {
    int status = 0;  ///< of HTTP; 0: nothing answers
    std::string body;
    std::string policy;
};

/// How a file of the page is got.
using GetPage = std::function<PageCopy(const std::string& path)>;

/// Whether what comes from the status port is byte by byte what the daemon gives out: a program on
/// this computer, such as an antivirus, may break it or rewrite the page. `sent`: over the control
/// endpoint, where nobody is between; `got`: over the port.
[[nodiscard]] Finding page_finding(const GetPage& sent, const GetPage& got,
                                   const StatusSettings& port);

/// From the daemon itself. \throws Unreachable
[[nodiscard]] GetPage page_of(const DaemonClient& daemon);
/// As a browser gets it, without a proxy.
[[nodiscard]] GetPage page_at(const StatusSettings& port);

/// Whether NCALayer takes connections on this computer.
[[nodiscard]] Finding ncalayer_finding(std::uint16_t port);
inline constexpr std::uint16_t kNcaLayerPort = 13579;

}  // namespace tizilim::agent
