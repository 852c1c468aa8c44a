#pragma once

#include <string>
#include <string_view>

namespace tizilim::platform {

/// HMAC-SHA256 (RFC 2104), 32 bytes: who answers with it for a text that he was given has `key`.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

/// Whether two secrets are the same; the time that it takes tells no more than whether they are as
/// long.
[[nodiscard]] bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace tizilim::platform
