#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// RFC 1952, by libdeflate, whose output is a tenth smaller than zlib's; no name and no time in the
/// header.
[[nodiscard]] std::string gzip(std::string_view text);

/// Nothing when `bytes` is no complete gzip stream or would inflate to more than `bytes_max`.
[[nodiscard]] std::optional<std::string> gunzip(std::string_view bytes, std::size_t bytes_max);

/// What a part of a ZIP archive was before it was packed (RFC 1951), never more than `size` bytes;
/// nothing when it is not just these.
[[nodiscard]] std::optional<std::string> inflated(std::string_view bytes, std::size_t size);
/// CRC-32 as gzip and ZIP have it.
[[nodiscard]] std::uint32_t crc32_of(std::string_view bytes);

}  // namespace tizilim::platform
