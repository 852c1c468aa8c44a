#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// Where `text` stops being UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF):
/// a byte offset, or nothing when all of it is valid.
[[nodiscard]] std::optional<std::size_t> invalid_utf8_at(std::string_view text);

/// Unicode Normalization Form C (UAX #15). `text` is valid UTF-8.
[[nodiscard]] std::string to_nfc(std::string_view text);

/// What is looked for and what is looked through, made alike: no case, and the Cyrillic і of Kazakh
/// the Latin i that official texts mix with it. For search only. `text` is valid UTF-8.
[[nodiscard]] std::string fold_for_search(std::string_view text);

}  // namespace tizilim::platform
