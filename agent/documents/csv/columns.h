#pragma once

#include "store/entry/fields.h"
#include "store/owner/import_rows.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Columns of an export that an import ignores.
[[nodiscard]] std::span<const std::string_view> informational_columns();

/// How many of `names` an import knows.
[[nodiscard]] std::size_t known_columns(std::span<const std::string> names);

/// The columns that the first row of a table names: store::entry_fields() in any order, maybe `id`,
/// `pulled` and informational_columns(). unguarded() is applied to fields.
class Columns {
public:
    /// What is wrong with the names; then the columns are of no use.
    [[nodiscard]] std::vector<store::RowProblem> read(std::uint64_t line,
                                                      std::span<const std::string> names);

    /// The entry of a row, or why it can't be read.
    [[nodiscard]] store::ReadRow row_of(std::uint64_t line,
                                        std::span<const std::string> fields) const;

private:
    /// Where a column of the file goes.
    struct Target {
        enum class Kind : std::uint8_t { field, id, pulled, ignored, unnamed, unknown };
        Kind kind = Kind::unknown;
        const store::EntryField* column = nullptr;
    };
    [[nodiscard]] static Target target_of(std::string_view name);
    [[nodiscard]] bool has(const store::EntryField& column) const;
    friend std::size_t known_columns(std::span<const std::string> names);

    std::vector<Target> targets_;
};

/// Whether nothing is in a row: spreadsheet programs write such rows below the last one.
[[nodiscard]] bool is_blank_row(std::span<const std::string> fields);

/// Adapts a file's row to what a person would type: a spreadsheet program of this country saves
/// 2025-11-03 as 03.11.2025; class `withdrawn` becomes `local`, as nothing has left from here.
void normalise_spelling(store::EntryTexts& input);

}  // namespace tizilim::agent
