#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// RFC 1952, by libdeflate, whose output is a tenth smaller than zlib's; no name and no time in the
/// header.
[[nodiscard]] std::string gzip(std::string_view text);

/// Nothing when `bytes` is no complete gzip stream or would inflate to more than `bytes_max`.
[[nodiscard]] std::optional<std::string> gunzip(std::string_view bytes, std::size_t bytes_max);

}  // namespace tizilim::platform
