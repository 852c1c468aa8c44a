#pragma once

#include "agent/documents/xlsx/workbook.h"
#include "platform/expected.h"
#include "store/owner/import_rows.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace tizilim::agent {

/// Titles, and lines such as "(адвокаттар алқасының атауы)", stand above a heading.
inline constexpr std::size_t kRowsAboveMax = 30;

/// What columns of a sheet hold.
struct Headings {
    /// By the number of the column: the name of a column of a CSV file, or kBasisColumn.
    std::map<std::uint32_t, std::string> names;
    std::size_t rows = 0;    ///< of the sheet that are not of the register, from the first one
    std::uint64_t line = 0;  ///< where the heading begins
    bool official = false;   ///< of the official form: day of recording and number are not its own
};

/// Column 3 of the form: kind, number, day and issuer of the basis in one.
inline constexpr auto kBasisColumn = "basis";

/// Finds the heading: in one row or two, with the names of a CSV file, the names that fields have
/// in Kazakh, Russian and English, or the words of the official form; below it maybe the same in
/// the other language, and a row that counts the columns.
[[nodiscard]] platform::Expected<Headings, store::RowProblem> headings_of(const Sheet& sheet);

}  // namespace tizilim::agent
