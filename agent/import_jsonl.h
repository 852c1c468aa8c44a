#pragma once

#include "store/csv.h"

#include <string_view>

namespace tizilim::agent {

/// Reads a register in JSON Lines: an object a line with store::file_columns() and maybe `id`, in
/// UTF-8. Values are strings; `minutes` may be an integer, `minor` true or false, null is "not
/// given". What else an export has is known and ignored; any other name is refused.
[[nodiscard]] store::FileRows read_register_jsonl(std::string_view text);

}  // namespace tizilim::agent
