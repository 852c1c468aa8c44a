#pragma once

#include <string>
#include <string_view>

namespace tizilim::agent {

/// Spreadsheet programs run a cell that begins with = + - @ as a formula, some also after a TAB or
/// a line end. guarded() puts a ' before what would begin such a cell: at the start of the field,
/// and, since programs differ in their separator, after each ; TAB and line end inside it. What
/// looks guarded already gets one more ', so that unguarded() is its exact reverse.
[[nodiscard]] std::string guarded(std::string_view field);
[[nodiscard]] std::string unguarded(std::string_view field);

/// A field of a CSV file (RFC 4180): guarded, in quotes where it must be.
[[nodiscard]] std::string csv_field(std::string_view field);

}  // namespace tizilim::agent
