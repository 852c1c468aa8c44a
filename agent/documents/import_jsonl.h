#pragma once

#include "store/owner/import_rows.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// The largest import, of any format.
inline constexpr std::size_t kImportBytesMax = std::size_t{16} * 1024 * 1024;

/// What an Excel workbook is called on the way.
inline constexpr std::string_view kXlsx =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The longest line of JSON Lines: an entry with many long versions and their signatures.
inline constexpr std::size_t kLineBytesMax = std::size_t{4} * 1024 * 1024;

/// Reads entries from JSON Lines: an object a line with the names of store::entry_fields(), and
/// what else an export writes. One that is_brought() keeps its versions; any other becomes a new
/// entry.
class JsonlRows final : public store::RowSource {
public:
    explicit JsonlRows(std::string_view bytes);
    [[nodiscard]] std::optional<store::ReadRow> next() override;
    void rewind() override;
    [[nodiscard]] std::uint64_t lines_left() const override;

private:
    std::optional<store::RowProblem> no_text_;  ///< the bytes are no text
    std::string text_;
    std::size_t at_ = 0;
    std::uint64_t line_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace tizilim::agent
