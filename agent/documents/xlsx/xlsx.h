#pragma once

#include "agent/documents/csv/columns.h"
#include "agent/documents/xlsx/headings.h"
#include "agent/documents/xlsx/sheet_cells.h"
#include "agent/documents/xlsx/workbook.h"
#include "platform/expected.h"
#include "store/owner/import_rows.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Reads entries from a sheet of an Excel workbook: the one of the name `sheet`, or the only one
/// that holds something. Its heading names the columns of a CSV file or those of the official form,
/// whose entries were made on the day of application, as the rules of the register ask for. The
/// line of a row is its number in the sheet; problems name the cell.
class XlsxRows final : public store::RowSource {
public:
    XlsxRows(std::string_view bytes, std::string_view sheet);
    [[nodiscard]] std::optional<store::ReadRow> next() override;
    void rewind() override;
    [[nodiscard]] std::uint64_t lines_left() const override;

private:
    void read(Sheet sheet);
    void add_merged_rows();
    [[nodiscard]] std::optional<store::ReadRow> row_of(const SheetRow& row) const;
    [[nodiscard]] platform::Expected<std::vector<std::string>, store::RowProblem> fields_of(
        const SheetRow& row) const;

    Sheet sheet_;
    Headings headings_;
    std::vector<std::string> names_;  ///< of what fields_of() gives
    Columns columns_;
    std::vector<store::RowProblem> problems_;  ///< of the sheet; then there are no rows
    std::size_t told_ = 0;                     ///< of them
    std::size_t at_ = 0;
};

}  // namespace tizilim::agent
