#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::platform {

// Streebog, the digest of GOST R 34.11-2012 (RFC 6986), as bytes stand in signatures: the first is
// the lowest of the number that the RFC prints.

inline constexpr std::size_t kStreebog256Bytes = 32;
inline constexpr std::size_t kStreebog512Bytes = 64;

[[nodiscard]] std::string streebog256(std::string_view bytes);
[[nodiscard]] std::string streebog512(std::string_view bytes);

}  // namespace tizilim::platform
