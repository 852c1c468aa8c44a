#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// The byte offset at which `text` is no valid UTF-8 (RFC 3629: no surrogates, no overlong forms,
/// at most U+10FFFF), or nothing when all of it is.
[[nodiscard]] std::optional<std::size_t> invalid_utf8_at(std::string_view text);

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 1;  ///< of its UTF-8
    bool valid = true;      ///< false: one byte that is no UTF-8
};
/// The first of `text`, which is not empty.
[[nodiscard]] CodePoint first_code_point(std::string_view text);

/// Control characters, bidirectional controls, invisible characters other than spaces, line and
/// paragraph separators. Combining marks are not hidden.
[[nodiscard]] bool is_hidden(char32_t code_point);

/// Removes spaces of any kind, line ends and hidden characters at both ends, and byte order marks
/// anywhere. Invalid UTF-8 stays.
[[nodiscard]] std::string trimmed_text(std::string_view text);

/// Unicode Normalization Form C (UAX #15). `text` is valid UTF-8.
[[nodiscard]] std::string to_nfc(std::string_view text);

/// Folds case, and the Cyrillic і of Kazakh to the Latin i that official texts mix with it. For
/// search only, on both texts. `text` is valid UTF-8.
[[nodiscard]] std::string fold_for_search(std::string_view text);

}  // namespace tizilim::platform
