#pragma once

#include <string>
#include <string_view>

namespace tizilim::platform {

/// `text` made safe to show: control characters (C0, DEL, C1), bidirectional and invisible ones,
/// and line separators other than LF and CRLF become \uXXXX, in UTF-16 as in JSON; so a JSON text
/// stays the same JSON. LF, CRLF and tabs stay. Each byte of invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace tizilim::platform
