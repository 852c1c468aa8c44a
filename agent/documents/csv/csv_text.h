#pragma once

#include "platform/expected.h"
#include "store/owner/import_rows.h"

#include <string>
#include <string_view>

namespace tizilim::agent {

/// The text of a file as UTF-8 without a byte order mark. UTF-16 with one ("Unicode text" of
/// spreadsheet programs) is converted; anything else is refused, with the line.
[[nodiscard]] platform::Expected<std::string, store::RowProblem> utf8_text(std::string_view bytes);

}  // namespace tizilim::agent
