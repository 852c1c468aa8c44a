#pragma once

#include "agent/documents/xlsx/sheet_cells.h"
#include "agent/documents/xlsx/workbook.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <cstdint>
#include <string>

namespace tizilim::agent {

/// What a column is to hold: days and times are numbers in a sheet, and a number that became one of
/// these by itself is no longer what was typed.
enum class Wanted : std::uint8_t { day, minutes, text };

/// What a cell of `row` says, as a CSV file would have it: "2025-11-03", "1:30", "77". Or why it
/// says nothing that can be relied on; the message names the cell.
[[nodiscard]] platform::Expected<std::string, platform::Message> cell_text(const Sheet& sheet,
                                                                           std::uint64_t row,
                                                                           const Cell& cell,
                                                                           Wanted wanted);

/// A text, of a heading; empty for a cell that has none.
[[nodiscard]] std::string heading_text(const Sheet& sheet, const Cell& cell);

}  // namespace tizilim::agent
