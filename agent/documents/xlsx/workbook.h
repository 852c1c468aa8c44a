#pragma once

#include "agent/documents/xlsx/number_format.h"
#include "agent/documents/xlsx/sheet_cells.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// A sheet of a workbook, with what its cells refer to.
struct Sheet {
    std::string name;
    std::vector<SheetRow> rows;
    std::vector<Merged> merged;
    std::vector<std::string> shared;    ///< texts
    std::vector<NumberFormat> formats;  ///< by the style of a cell
    bool since_1904 = false;            ///< how days are counted
};

/// Reads one sheet of an .xlsx file (ECMA-376) in memory: the one of that name, or the only one
/// that is shown and holds something. Macros, pictures and formulas are not looked at.
[[nodiscard]] platform::Expected<Sheet, platform::Message> read_sheet(std::string_view bytes,
                                                                      std::string_view name);

}  // namespace tizilim::agent
