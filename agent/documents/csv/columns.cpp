#include "agent/documents/csv/columns.h"

#include "agent/documents/csv/csv_guard.h"
#include "agent/documents/csv/csv_records.h"
#include "agent/input/written.h"
#include "platform/expected.h"
#include "platform/text/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using store::EntryField;

constexpr std::string_view kIdColumn = "id";
constexpr std::string_view kPulledColumn = "pulled";
constexpr auto kInformational = std::to_array<std::string_view>({
    "number",
    "book",
    "recorded_at",
    "late",
    "imported",
    "delivery",
    "delivery_reason",
    "revision",
    "versions",
    "clock_warning",
    "signature_status",
});

bool says_no(std::string_view field) {
    const std::string text = platform::trimmed_text(unguarded(std::string(field)));
    return text.empty() || text == "no";
}

}  // namespace

Columns::Target Columns::target_of(std::string_view name) {
    if (const EntryField* const field = store::find_field(name))
        return {.kind = Target::Kind::field, .column = field};
    if (name == kIdColumn) return {.kind = Target::Kind::id};
    if (name == kPulledColumn) return {.kind = Target::Kind::pulled};
    if (name.empty()) return {.kind = Target::Kind::unnamed};
    if (std::find(kInformational.begin(), kInformational.end(), name) != kInformational.end())
        return {.kind = Target::Kind::ignored};
    return {};
}

std::size_t known_columns(std::span<const std::string> names) {
    return static_cast<std::size_t>(
        std::count_if(names.begin(), names.end(), [](const std::string& name) {
            return !name.empty() && Columns::target_of(name).kind != Columns::Target::Kind::unknown;
        }));
}

std::vector<store::RowProblem> Columns::read(std::uint64_t line,
                                             std::span<const std::string> names) {
    std::vector<store::RowProblem> problems;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Target target = target_of(platform::trimmed_text(names[i]));
        const bool twice = target.column != nullptr && has(*target.column);
        if (target.kind == Target::Kind::unknown) {
            problems.push_back({line,
                                {csv_column(i + 1),
                                 {"import.column_unknown",
                                  {{"columns", store::field_names(store::GivenBy::file)}}}}});
        } else if (twice) {
            problems.push_back({line, {std::string(target.column->name), {"import.column_twice"}}});
        }
        targets_.push_back(target);
    }
    for (const EntryField& column : store::entry_fields())
        if (column.must_be_in_csv && !has(column))
            problems.push_back({line, {std::string(column.name), {"import.column_missing"}}});
    return problems;
}

bool Columns::has(const EntryField& column) const {
    return std::any_of(targets_.begin(), targets_.end(),
                       [&](const Target& target) { return target.column == &column; });
}

store::ReadRow Columns::row_of(std::uint64_t line, std::span<const std::string> fields) const {
    const auto bad = [&](store::FieldError error) {
        return store::ReadRow(platform::Unexpected{store::RowProblem{line, std::move(error)}});
    };
    if (fields.size() != targets_.size()) {
        return bad(
            {"row",
             {"import.fields_differ", {{"fields", fields.size()}, {"columns", targets_.size()}}}});
    }
    store::ImportRow row{.line = line, .input = {}};
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        const Target& target = targets_[i];
        if (target.kind == Target::Kind::field) {
            row.input.*(target.column->text) = unguarded(fields[i]);
        } else if (target.kind == Target::Kind::id) {
            row.id = platform::trimmed_text(unguarded(fields[i]));
        } else if (target.kind == Target::Kind::pulled && !says_no(fields[i])) {
            return bad({"row", {"import.of_another_pc"}});
        } else if (target.kind == Target::Kind::unnamed &&
                   !platform::trimmed_text(fields[i]).empty()) {
            return bad({csv_column(i + 1), {"import.column_unnamed"}});
        }
    }
    normalise_spelling(row.input);
    return store::ReadRow(std::move(row));
}

bool is_blank_row(std::span<const std::string> fields) {
    return std::all_of(fields.begin(), fields.end(), [](const std::string& field) {
        return platform::trimmed_text(field).empty();
    });
}

std::span<const std::string_view> informational_columns() {
    return kInformational;
}

void normalise_spelling(store::EntryTexts& input) {
    // What can't be read stays as it is: the rules of the field say what is wrong with it.
    (void)read_written(input, {});
    if (platform::trimmed_text(input.disclosure) ==
        store::code_of(store::DisclosureClass::withdrawn))
        input.disclosure = store::code_of(store::DisclosureClass::local);
}

}  // namespace tizilim::agent
