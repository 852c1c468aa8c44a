#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// A short text that a person wrote, taken apart: "1 сағ 30" is the parts "1", "сағ", "30" in the
/// shape `9a9`. In a shape `9` is a number, `a` a word, a space stands only between two of a kind,
/// and what else was written stands as it is.
struct Shape {
    std::string shape;
    std::vector<std::string> parts;  ///< numbers, and words in fold_for_search()

    /// Part `index` as a number; nothing if it is none, or has more than nine digits.
    [[nodiscard]] std::optional<std::uint32_t> number(std::size_t index) const;
};

[[nodiscard]] Shape shape_of(std::string_view text);

/// A word and what it means.
struct Meaning {
    std::string_view word;
    std::uint32_t number;
};
/// What `part` of a shape means; nothing if it is none of `meanings`.
[[nodiscard]] std::optional<std::uint32_t> meaning_of(std::string_view part,
                                                      std::span<const Meaning> meanings);

}  // namespace tizilim::agent
