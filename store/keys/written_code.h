#pragma once

#include "platform/text/message.h"

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
    std::size_t data_signs;  ///< bits that the secret does not fill are zero
    /// Reed-Solomon code words over GF(32): the data signs are dealt out to them in turn, and each
    /// adds two check signs at the end. Any two wrong signs are noticed, also two swapped ones. A
    /// word has at most 31 signs.
    std::size_t words;

    /// The messages that say what is wrong with one.
    struct Problems {
        const char* too_long;
        const char* count;          ///< of its signs: {count}, {signs}
        const char* sign;           ///< one is none of the alphabet: {sign}, {group}
        const char* check;          ///< the check signs do not fit the others
        const char* check_one;      ///< the same, and it is {group}, most likely
        const char* check_several;  ///< it is {groups}, most likely
    } problems;

    [[nodiscard]] constexpr std::size_t signs() const { return data_signs + 2 * words; }
};

/// `secret` in groups of four signs, "7K2M-…".
[[nodiscard]] std::string write_signs(std::string_view secret, const CodeShape& shape);

/// Fills `secret` from what a person typed, by the rules of RecoveryCode::parse(). Nothing: it was
/// read; else what is wrong and where, without a sign of it, and `secret` is of no use.
[[nodiscard]] std::optional<platform::Message> read_signs(std::string_view typed,
                                                          const CodeShape& shape,
                                                          std::span<char> secret);

}  // namespace tizilim::store
