#pragma once

#include <span>
#include <string_view>

namespace tizilim::manual {

struct KeyText {
    std::string_view section;
    std::string_view name;
    std::string_view example;   ///< a value that is right
    std::string_view standard;  ///< what stands without it, in words
    std::string_view text;      ///< what it is
};

[[nodiscard]] std::span<const KeyText> key_texts();

}  // namespace tizilim::manual
