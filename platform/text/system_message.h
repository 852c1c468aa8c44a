#pragma once

#include "platform/text/message.h"

#include <system_error>

namespace tizilim::platform {

/// What the system says of a call that failed with this errno, for a message that names it: in
/// every language what people meet, and the system's own text of the rest.
[[nodiscard]] Message system_message(int code);
[[nodiscard]] Message system_message(const std::error_code& code);

}  // namespace tizilim::platform
