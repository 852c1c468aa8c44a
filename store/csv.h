#pragma once

#include "platform/expected.h"
#include "store/owner_session.h"

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// Reads a register in CSV: RFC 4180, UTF-8, a header row with the columns of EntryInput in any
/// order. The errors say line and column; with one, nothing is returned.
[[nodiscard]] platform::Expected<std::vector<ImportRow>, std::vector<RowProblem>> read_register_csv(
    std::string_view text);

}  // namespace tizilim::store
