#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// How a secret is written down: in signs of Crockford's base32, five bits each, then check signs.
struct CodeShape {
    std::string_view name;   ///< as in "recovery code"
    std::size_t data_signs;  ///< the bits that the secret leaves over are zero
    /// Reed-Solomon code words over GF(32) that the signs are dealt out to in turn, with two check
    /// symbols each at the end: any two wrong signs are noticed, also two that changed places. Each
    /// word has at most 31.
    std::size_t words;

    [[nodiscard]] constexpr std::size_t signs() const { return data_signs + 2 * words; }
};

/// `secret` in groups of four signs, "7K2M-…".
[[nodiscard]] std::string write_signs(std::string_view secret, const CodeShape& shape);

/// Fills `secret` from what a person typed: in either case, with spaces or dashes of any kind or
/// none, O for 0, I and L for 1, Cyrillic letters for the Latin ones they look like. Else what is
/// wrong and where, without a sign of it; `secret` is then of no use.
[[nodiscard]] std::optional<std::string> read_signs(std::string_view typed, const CodeShape& shape,
                                                    std::span<char> secret);

}  // namespace tizilim::store
