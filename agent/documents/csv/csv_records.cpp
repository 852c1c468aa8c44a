#include "agent/documents/csv/csv_records.h"

#include "platform/text/message.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

/// CRLF is one.
std::uint64_t line_ends_in(std::string_view text) {
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool half = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
        if (!half && (text[at] == '\r' || text[at] == '\n')) ++count;
    }
    return count;
}

}  // namespace

std::string csv_column(std::size_t number) {
    return "column " + std::to_string(number);
}

CsvRecords::CsvRecords(std::string_view text, char separator)
    : text_(text), separator_(separator), plain_ends_("\"\r\n") {
    plain_ends_ += separator;
}

bool CsvRecords::at_line_end() const {
    return !at_end() && (text_[at_] == '\r' || text_[at_] == '\n');
}

bool CsvRecords::skip_line_end() {
    if (!at_line_end()) return false;
    at_ += text_.substr(at_, 2) == "\r\n" ? 2 : 1;
    ++line_;
    return true;
}

void CsvRecords::skip_line() {
    at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
}

std::optional<CsvRecord> CsvRecords::next() {
    while (skip_line_end()) {
    }
    if (at_end()) return {};
    CsvRecord record{.line = line_, .fields = {}};
    for (;;) {
        if (record.fields.size() == kCsvFieldsMax) {
            fail(record, {"import.too_many_fields", {{"max", kCsvFieldsMax}}});
        } else if (at_quote()) {
            quoted_field(record);
        } else {
            plain_field(record);
        }
        if (record.problem || at_end() || text_[at_] != separator_) break;
        ++at_;
    }
    skip_line_end();
    return record;
}

std::uint64_t CsvRecords::lines_left() const {
    return line_ends_in(text_.substr(std::min(at_, text_.size())));
}

void CsvRecords::fail(CsvRecord& record, platform::Message message) {
    record.problem =
        store::RowProblem{line_, {csv_column(record.fields.size() + 1), std::move(message)}};
    skip_line();
}

void CsvRecords::plain_field(CsvRecord& record) {
    const std::size_t start = at_;
    at_ = std::min(text_.find_first_of(plain_ends_, start), text_.size());
    if (at_quote()) {
        return fail(record, {"import.quote_inside"});
    }
    if (at_ - start > kCsvFieldBytesMax)
        return fail(record, {"import.field_too_long", {{"max", kCsvFieldBytesMax}}});
    record.fields.emplace_back(text_.substr(start, at_ - start));
}

void CsvRecords::quoted_field(CsvRecord& record) {
    std::string field;
    const std::size_t opened = at_++;
    for (;;) {
        const std::size_t quote = text_.find('"', at_);
        if (quote == std::string_view::npos) {
            at_ = opened;
            return fail(record, {"import.quote_not_closed"});
        }
        if (field.size() + (quote - at_) > kCsvFieldBytesMax) {
            at_ = opened;
            return fail(record, {"import.quoted_field_too_long", {{"max", kCsvFieldBytesMax}}});
        }
        field.append(text_.substr(at_, quote - at_));
        at_ = quote + 1;
        if (!at_quote()) break;
        field += '"';
        ++at_;
    }
    line_ += line_ends_in(field);
    if (!at_end() && !at_line_end() && text_[at_] != separator_) {
        return fail(record, {"import.text_after_quote"});
    }
    record.fields.push_back(std::move(field));
}

}  // namespace tizilim::agent
