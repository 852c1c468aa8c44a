#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

/// Where a canary was found.
struct CanarySighting {
    std::string canary;
    std::string form;        ///< "raw", "json", "hex", "base64", "utf-16" or "percent-encoded"
    std::size_t offset = 0;  ///< in the bytes searched, or in what was inflated of them
    bool inflated = false;   ///< inside a gzip member
};

/// Looks in `bytes` for every canary in every form in which it could leave by mistake: raw,
/// escaped in JSON wholly or in part, hex, base64 at any alignment and in both alphabets, UTF-16 of
/// both orders, percent-encoded; and the same inside every gzip member that can be inflated.
/// Canaries are valid UTF-8 of at least 8 bytes, so that a find is no chance.
[[nodiscard]] std::vector<CanarySighting> find_canaries(std::string_view bytes,
                                                        const std::vector<std::string>& canaries);

/// What was found, for the message of a test. Empty when nothing was.
[[nodiscard]] std::string describe(const std::vector<CanarySighting>& sightings);

}  // namespace tizilim::support
