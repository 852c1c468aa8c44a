#pragma once

#include "store/entry/fields.h"
#include "store/owner/import_rows.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Columns of an export that only inform its reader: an import knows and ignores them.
[[nodiscard]] std::span<const std::string_view> informational_columns();

/// The rows of a file that could be read, and why others could not.
struct FileRows {
    std::vector<store::ImportRow> rows;
    std::vector<store::RowProblem> problems;
};
/// All of them, with the problems of the first store::kBadRowsMax bad ones and a count of the
/// others.
[[nodiscard]] FileRows read_all(store::RowSource& rows);

/// A register in CSV (RFC 4180) as spreadsheet programs write it: UTF-8 with or without a byte
/// order mark, or UTF-16 with one; CRLF, LF or CR; comma, semicolon or tab, found out from the
/// header row or given by a first line `sep=;`. The header row has store::entry_fields() in any
/// order, and maybe `id` and informational_columns(). What guarded() did to a field is undone.
/// Problems say line and column; without a usable header row there are no rows.
class CsvRows final : public store::RowSource {
public:
    explicit CsvRows(std::string_view bytes);
    ~CsvRows() override;
    [[nodiscard]] std::optional<store::ReadRow> next() override;
    void rewind() override;
    [[nodiscard]] std::uint64_t lines_left() const override;

private:
    class Reader;
    std::optional<store::RowProblem> no_text_;  ///< the bytes are no text
    std::string text_;
    std::unique_ptr<Reader> reader_;
    bool told_ = false;
};
[[nodiscard]] FileRows read_register_csv(std::string_view bytes);

/// What a file may say in another way than a person at the keyboard: a spreadsheet program of this
/// country saves 2025-11-03 as 03.11.2025; and an entry that was withdrawn where it was exported
/// has nothing to withdraw here, but never leaves: it is `local`.
void normalise_spelling(store::EntryTexts& input);

}  // namespace tizilim::agent
