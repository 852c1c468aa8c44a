#include "agent/documents/xlsx/sheet_cells.h"

#include "agent/documents/xlsx/xml_events.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

constexpr std::uint64_t kExcelRowsMax = 1'048'576;
constexpr std::uint32_t kExcelColumnsMax = 16'384;
constexpr std::uint32_t kLetters = 26;

template <class Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
    Number number{};
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

/// `_x000D_` as the sign that it stands for; `_x005F_` is the way to write a `_`.
std::string unescaped(std::string_view text) {
    constexpr std::size_t kBytes = 7;
    constexpr std::uint32_t kAsciiMax = 0x7F;
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view part = text.substr(at, kBytes);
        if (part.size() == kBytes && part.starts_with("_x") && part.back() == '_') {
            // Excel writes so only what XML has no sign for.
            const auto code = number_of<std::uint32_t>(part.substr(2, 4), 16);
            if (code && *code <= kAsciiMax) {
                plain += static_cast<char>(*code);
                at += kBytes - 1;
                continue;
            }
        }
        plain += text[at];
    }
    return plain;
}

Cell::Kind kind_of(std::string_view type) {
    if (type == "s") return Cell::Kind::shared;
    if (type == "b") return Cell::Kind::yes_or_no;
    if (type == "e") return Cell::Kind::error;
    // "d" is a day as ISO 8601 writes it.
    if (type == "str" || type == "inlineStr" || type == "d") return Cell::Kind::text;
    return Cell::Kind::number;
}

}  // namespace

std::optional<Place> place_of(std::string_view reference) {
    std::uint32_t column = 0;
    std::size_t at = 0;
    for (; at < reference.size() && reference[at] >= 'A' && reference[at] <= 'Z'; ++at) {
        column = column * kLetters + static_cast<std::uint32_t>(reference[at] - 'A' + 1);
        if (column > kExcelColumnsMax) return {};
    }
    const auto row = number_of<std::uint64_t>(reference.substr(at));
    if (column == 0 || !row || *row == 0 || *row > kExcelRowsMax) return {};
    return Place{column, *row};
}

std::string cell_name(std::uint32_t column, std::uint64_t row) {
    std::string letters;
    for (; column > 0; column = (column - 1) / kLetters)
        letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % kLetters));
    return letters + std::to_string(row);
}

void TextRuns::begin(std::string_view name) {
    if (name == "rPh") in_phonetic_ = true;
    if (name == "t") in_text_ = true;
}

void TextRuns::end(std::string_view name) {
    if (name == "rPh") in_phonetic_ = false;
    if (name == "t") in_text_ = false;
}

void TextRuns::add(std::string_view part) {
    if (in_text_ && !in_phonetic_) text_ += part;
}

std::string TextRuns::take() {
    return unescaped(std::exchange(text_, {}));
}

void SheetCells::begin(std::string_view name, const XmlAttributes& attributes) {
    if (broken_ != Broken::no) return;
    if (name == "row") return begin_row(attributes);
    if (name == "c") return begin_cell(attributes);
    if (name == "v") in_value_ = has_value_ = true;
    if (name == "f") has_formula_ = true;
    if (name == "is") is_inline_ = true;
    if (is_inline_) runs_.begin(name);
    if (name != "mergeCell") return;
    const std::string_view range = attributes["ref"];
    const auto first = place_of(range.substr(0, range.find(':')));
    const auto last = place_of(range.substr(range.find(':') + 1));
    if (first && last) merged_.push_back({*first, *last});
}

void SheetCells::end(std::string_view name) {
    if (broken_ != Broken::no) return;
    if (is_inline_) runs_.end(name);
    if (name == "v") in_value_ = false;
    if (name == "is") is_inline_ = false;
    if (name == "c") end_cell();
}

void SheetCells::text(std::string_view part) {
    if (broken_ != Broken::no) return;
    if (in_value_) value_ += part;
    if (is_inline_) runs_.add(part);
}

void SheetCells::begin_row(const XmlAttributes& attributes) {
    const auto number = number_of<std::uint64_t>(attributes["r"]);
    const std::uint64_t row = number.value_or(at_.row + 1);
    // Rows are kept as they come: what is out of order was not written by a spreadsheet program.
    if (row <= at_.row || row > kExcelRowsMax) broken_ = Broken::order;
    at_ = {0, row};
}

void SheetCells::begin_cell(const XmlAttributes& attributes) {
    const auto place = place_of(attributes["r"]);
    const std::uint32_t column = place ? place->column : at_.column + 1;
    if (column <= at_.column || at_.row == 0 || (place && place->row != at_.row))
        broken_ = Broken::order;
    at_.column = column;
    cell_ = {.column = column,
             .kind = kind_of(attributes["t"]),
             .style = number_of<std::size_t>(attributes["s"]).value_or(0),
             .text = {}};
    value_.clear();
    (void)runs_.take();
    in_value_ = has_value_ = has_formula_ = is_inline_ = false;
}

void SheetCells::end_cell() {
    const std::string inline_text = runs_.take();
    if (!has_value_ && has_formula_) {
        cell_.kind = Cell::Kind::not_computed;
        return keep(std::move(cell_));
    }
    const bool is_plain = cell_.kind == Cell::Kind::text;
    cell_.text = is_plain ? inline_text + unescaped(value_) : std::exchange(value_, {});
    if (!cell_.text.empty()) keep(std::move(cell_));
}

void SheetCells::keep(Cell cell) {
    if (rows_.empty() || rows_.back().number != at_.row) {
        if (rows_.size() == rows_max_) {
            broken_ = Broken::rows;
            return;
        }
        rows_.push_back({at_.row, {}});
    }
    if (cell.column > kSheetColumnsMax) broken_ = Broken::columns;
    if (++cells_ > kSheetCellsMax) broken_ = Broken::cells;
    if (broken_ == Broken::no) rows_.back().cells.push_back(std::move(cell));
}

}  // namespace tizilim::agent
