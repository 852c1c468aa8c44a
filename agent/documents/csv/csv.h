#pragma once

#include "store/owner/import_rows.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// Reads entries from CSV (RFC 4180) as spreadsheet programs write it: UTF-8 with or without a byte
/// order mark, or UTF-16 with one; CRLF, LF or CR; comma, semicolon or tab, told by the header row
/// or by a first line `sep=;`. The header row names Columns. Problems name line and column; without
/// a usable header row there are no rows.
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
    bool reported_ = false;  ///< of no_text_
};

}  // namespace tizilim::agent
