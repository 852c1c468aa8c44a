#pragma once

#include <string_view>

namespace tizilim::platform {

/// Whether `host`, as a URL has it, is this machine whatever the name service says: localhost and
/// names below it, 127.0.0.0/8 in any way it is written, ::1.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace tizilim::platform
