#pragma once

#include "agent/documents/xlsx/xml_events.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// No register has so many columns.
inline constexpr std::size_t kSheetColumnsMax = 100;
/// Cells of a sheet that hold something.
inline constexpr std::size_t kSheetCellsMax = 1'000'000;

/// A cell that holds something, as the file has it.
struct Cell {
    enum class Kind : std::uint8_t { number, shared, text, yes_or_no, error, not_computed };
    std::uint32_t column = 0;  ///< from 1
    Kind kind = Kind::number;
    std::size_t style = 0;
    std::string text;  ///< a number, the place of a shared text, a text, "1" or "0"
};

struct SheetRow {
    std::uint64_t number = 0;  ///< from 1
    std::vector<Cell> cells;   ///< in order of their columns
};

struct Place {
    std::uint32_t column = 0;
    std::uint64_t row = 0;
};
/// Of "B7"; nothing for another shape, and beyond the last row or column of Excel.
[[nodiscard]] std::optional<Place> place_of(std::string_view reference);
/// "B7"
[[nodiscard]] std::string cell_name(std::uint32_t column, std::uint64_t row);

/// Cells that are merged into one.
struct Merged {
    Place first;
    Place last;
};

/// Reads texts of cells and of the table of shared texts: runs of rich text make one, how it is
/// pronounced is left out, `_x000D_` is a sign that XML has not.
class TextRuns {
public:
    void begin(std::string_view name);
    void end(std::string_view name);
    void add(std::string_view part);
    [[nodiscard]] std::string take();

private:
    bool in_text_ = false;
    bool in_phonetic_ = false;
    std::string text_;
};

/// The rows of a sheet that hold something.
class SheetCells final : public XmlEvents {
public:
    enum class Broken : std::uint8_t { no, order, rows, columns, cells };

    /// `rows_max`: what comes after so many is not kept, and broken() says so.
    explicit SheetCells(std::uint64_t rows_max) : rows_max_(rows_max) {}

    void begin(std::string_view name, const XmlAttributes& attributes) override;
    void end(std::string_view name) override;
    void text(std::string_view part) override;

    [[nodiscard]] Broken broken() const { return broken_; }
    [[nodiscard]] Place broken_at() const { return at_; }
    [[nodiscard]] std::vector<SheetRow>& rows() { return rows_; }
    [[nodiscard]] std::vector<Merged>& merged() { return merged_; }

private:
    void begin_row(const XmlAttributes& attributes);
    void begin_cell(const XmlAttributes& attributes);
    void end_cell();
    void keep(Cell cell);

    std::uint64_t rows_max_;
    std::vector<SheetRow> rows_;
    std::vector<Merged> merged_;
    Place at_;
    Cell cell_;
    TextRuns runs_;
    std::string value_;
    bool in_value_ = false;
    bool has_value_ = false;
    bool has_formula_ = false;
    bool is_inline_ = false;
    std::size_t cells_ = 0;
    Broken broken_ = Broken::no;
};

}  // namespace tizilim::agent
