#pragma once

#include "platform/text/message.h"
#include "store/owner/import_rows.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// No file of ours has so many columns; a line of separators alone would have millions.
inline constexpr std::size_t kCsvFieldsMax = 100;
/// Far more than any text of an entry: what is longer is a quote that was never closed.
inline constexpr std::size_t kCsvFieldBytesMax = std::size_t{128} * 1024;

/// A column without a name, counted from 1, as FieldError::field has it: "column 7".
[[nodiscard]] std::string csv_column(std::size_t number);

struct CsvRecord {
    std::uint64_t line = 0;  ///< where it begins, from 1
    std::vector<std::string> fields;
    std::optional<store::RowProblem> problem{};  ///< why it can't be read
};

/// Splits text into records (RFC 4180). CRLF, LF and CR end one; a quoted field may hold all of
/// them. After a bad record, next() continues with the line after the problem.
class CsvRecords {
public:
    CsvRecords(std::string_view text, char separator);

    /// The next record; skips blank lines. Nothing at the end.
    [[nodiscard]] std::optional<CsvRecord> next();
    /// Line ends after the last record.
    [[nodiscard]] std::uint64_t lines_left() const;

private:
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] bool at_line_end() const;
    [[nodiscard]] bool at_quote() const { return !at_end() && text_[at_] == '"'; }
    bool skip_line_end();
    void skip_line();
    void fail(CsvRecord& record, platform::Message message);
    void plain_field(CsvRecord& record);
    void quoted_field(CsvRecord& record);

    std::string_view text_;
    char separator_;
    std::string plain_ends_;  ///< what a field without quotes can't hold
    std::size_t at_ = 0;
    std::uint64_t line_ = 1;
};

}  // namespace tizilim::agent
