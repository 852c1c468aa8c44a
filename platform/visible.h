#pragma once

#include <string>
#include <string_view>

namespace tizilim::platform {

/// `text` as a person should see it: what is a command to a terminal (C0, DEL, C1), what turns the
/// direction of writing or takes no room, and line separators other than LF and CRLF stand as
/// \uXXXX, in UTF-16 as in JSON; so a JSON text stays the same JSON. LF, CRLF and tabs stay. What
/// is no UTF-8 becomes U+FFFD, byte by byte.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace tizilim::platform
