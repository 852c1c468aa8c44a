#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// How a secret is written as a code: signs of Crockford's base32, five bits each, and check signs.
struct CodeShape {
    std::string_view name;   ///< as in "recovery code"
    std::size_t data_signs;  ///< bits that the secret does not fill are zero
    /// Reed-Solomon code words over GF(32): the data signs are dealt out to them in turn, and each
    /// adds two check signs at the end. Any two wrong signs are noticed, also two swapped ones. A
    /// word has at most 31 signs.
    std::size_t words;

    [[nodiscard]] constexpr std::size_t signs() const { return data_signs + 2 * words; }
};

/// `secret` in groups of four signs, "7K2M-…".
[[nodiscard]] std::string write_signs(std::string_view secret, const CodeShape& shape);

/// Fills `secret` from what a person typed, by the rules of RecoveryCode::parse(). Nothing: it was
/// read; else what is wrong and where, without a sign of it, and `secret` is of no use.
[[nodiscard]] std::optional<std::string> read_signs(std::string_view typed, const CodeShape& shape,
                                                    std::span<char> secret);

}  // namespace tizilim::store
