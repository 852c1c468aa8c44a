#include "agent/documents/xlsx/xlsx.h"

#include "agent/documents/csv/columns.h"
#include "agent/documents/xlsx/basis_column.h"
#include "agent/documents/xlsx/cell_text.h"
#include "agent/documents/xlsx/headings.h"
#include "agent/documents/xlsx/sheet_cells.h"
#include "agent/documents/xlsx/workbook.h"
#include "platform/expected.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/fields.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;
using platform::Unexpected;
using store::RowProblem;

constexpr auto kOfBasis =
    std::to_array<const char*>({"basis_type", "basis_number", "basis_date", "basis_issuer"});
constexpr auto kApplicationDate = "application_date";
constexpr auto kRecordedDate = "recorded_date";

/// Nothing: an import does not look at the column.
std::optional<Wanted> wanted_of(std::string_view name) {
    const auto ignored = informational_columns();
    if (std::find(ignored.begin(), ignored.end(), name) != ignored.end()) return {};
    const store::EntryField* const field = store::find_field(name);
    if (field == nullptr) return Wanted::text;
    if (store::is_whole_number(*field)) return Wanted::minutes;
    const bool is_day = store::is_date(*field) || name == kRecordedDate;
    return is_day ? Wanted::day : Wanted::text;
}

}  // namespace

XlsxRows::XlsxRows(std::string_view bytes, std::string_view sheet) {
    auto found = read_sheet(bytes, sheet);
    if (found) {
        read(*std::move(found));
    } else {
        problems_.push_back({1, {"file", found.error()}});
    }
    if (!problems_.empty()) sheet_.rows.clear();
    rewind();
}

void XlsxRows::read(Sheet sheet) {
    sheet_ = std::move(sheet);
    auto headings = headings_of(sheet_);
    if (!headings) {
        problems_.push_back(headings.error());
        return;
    }
    headings_ = *std::move(headings);
    bool says_when_recorded = false;
    for (const auto& [column, name] : headings_.names) {
        if (name == kBasisColumn) {
            names_.insert(names_.end(), kOfBasis.begin(), kOfBasis.end());
        } else {
            names_.push_back(name);
        }
        says_when_recorded = says_when_recorded || name == kRecordedDate;
    }
    if (headings_.official && !says_when_recorded) names_.emplace_back(kRecordedDate);
    problems_ = columns_.read(headings_.line, names_);
    add_merged_rows();
}

/// A cell over several rows: whose value it is, and whether it counts once, nobody can tell.
void XlsxRows::add_merged_rows() {
    const std::uint64_t above = headings_.rows >= sheet_.rows.size()
                                    ? headings_.line
                                    : sheet_.rows[headings_.rows].number - 1;
    for (const Merged& merged : sheet_.merged) {
        if (problems_.size() == store::kBadRowsMax) return;
        if (merged.last.row <= above || merged.first.row == merged.last.row) continue;
        const std::string range = cell_name(merged.first.column, merged.first.row) + ':' +
                                  cell_name(merged.last.column, merged.last.row);
        problems_.push_back(
            {merged.first.row, {"row", {"import.xlsx_merged", {{"cells", range}}}}});
    }
}

void XlsxRows::rewind() {
    told_ = 0;
    at_ = headings_.rows;
}

std::uint64_t XlsxRows::lines_left() const {
    if (at_ >= sheet_.rows.size()) return 0;
    return sheet_.rows.back().number - sheet_.rows[at_].number + 1;
}

std::optional<store::ReadRow> XlsxRows::next() {
    if (told_ < problems_.size()) return store::ReadRow(Unexpected{problems_[told_++]});
    while (at_ < sheet_.rows.size())
        if (auto row = row_of(sheet_.rows[at_++])) return row;
    return {};
}

/// Nothing of a blank one.
std::optional<store::ReadRow> XlsxRows::row_of(const SheetRow& row) const {
    const auto fields = fields_of(row);
    if (!fields) return store::ReadRow(Unexpected{fields.error()});
    if (is_blank_row(*fields)) return {};
    return columns_.row_of(row.number, *fields);
}

platform::Expected<std::vector<std::string>, RowProblem> XlsxRows::fields_of(
    const SheetRow& row) const {
    const auto bad = [&](std::string field, Message message) {
        return Unexpected{RowProblem{row.number, {std::move(field), std::move(message)}}};
    };
    std::map<std::string, std::string, std::less<>> said;
    for (const Cell& cell : row.cells) {
        const auto named = headings_.names.find(cell.column);
        if (named == headings_.names.end()) {
            if (cell.kind == Cell::Kind::number ||
                !platform::trimmed_text(heading_text(sheet_, cell)).empty())
                return bad("row", {"import.xlsx_without_heading",
                                   {{"cell", cell_name(cell.column, row.number)}}});
            continue;
        }
        const std::string& name = named->second;
        const auto wanted = wanted_of(name);
        if (!wanted) continue;
        auto text = cell_text(sheet_, row.number, cell, *wanted);
        const bool is_basis = name == kBasisColumn;
        if (!text) return bad(is_basis ? "basis_type" : name, text.error());
        if (!is_basis) {
            said[name] = *std::move(text);
        } else if (!platform::trimmed_text(*text).empty()) {
            auto basis = basis_column(*text);
            if (!basis)
                return bad("basis_type",
                           {"import.xlsx_basis", {{"cell", cell_name(cell.column, row.number)}}});
            said["basis_type"] = std::move(basis->type);
            said["basis_number"] = std::move(basis->number);
            said["basis_date"] = std::move(basis->date);
            said["basis_issuer"] = std::move(basis->issuer);
        }
    }
    if (headings_.official && !said.contains(kRecordedDate))
        said[kRecordedDate] = said[kApplicationDate];
    std::vector<std::string> fields;
    fields.reserve(names_.size());
    for (const std::string& name : names_) fields.push_back(said[name]);
    return fields;
}

}  // namespace tizilim::agent
