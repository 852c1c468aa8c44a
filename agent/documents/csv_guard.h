#pragma once

#include <string>
#include <string_view>

namespace tizilim::agent {

/// A spreadsheet program runs a cell that begins with = + - @ as a formula, and some do so after a
/// TAB or a line end. `guarded` puts a ' before what would begin such a cell: at the start of the
/// field, and, since programs differ in the separator they split by, after each ; TAB and line end
/// inside it. What looks guarded already gets one more, so that `unguarded` takes back exactly
/// that.
[[nodiscard]] std::string guarded(std::string_view field);
[[nodiscard]] std::string unguarded(std::string_view field);

/// A field of a CSV file (RFC 4180): guarded, in quotes where it must be.
[[nodiscard]] std::string csv_field(std::string_view field);

}  // namespace tizilim::agent
