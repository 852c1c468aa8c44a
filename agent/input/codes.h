#pragma once

#include "store/entry/fields.h"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// One code of a field, and the words for it. Its number is its place in codes_of(), from 1.
struct Spelling {
    std::string_view code;
    std::array<std::string, 3> texts;  ///< kk, ru, en
};

/// What `field` may be, in the order of the form; empty for a field without codes. Number, code and
/// words are what field_written() takes, and nothing else.
[[nodiscard]] std::span<const Spelling> codes_of(const store::EntryField& field);

}  // namespace tizilim::agent
