#pragma once

#include <string_view>

namespace tizilim::platform {

/// Whether a URL's `host` is this machine without asking a name service: localhost and names below
/// it, 127.0.0.0/8 in any notation, ::1.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace tizilim::platform
