#include "agent/documents/csv/csv.h"

#include "agent/documents/csv/columns.h"
#include "agent/documents/csv/csv_records.h"
#include "agent/documents/csv/csv_text.h"
#include "platform/expected.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

struct Separator {
    char sign;
    std::string_view name;
};
constexpr auto kSeparators =
    std::to_array<Separator>({{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}});

/// The separator by which the first record has the most names that we know.
char separator_of(std::string_view text) {
    char best = kSeparators.front().sign;
    std::size_t known_most = 0;
    for (const Separator& separator : kSeparators) {
        const auto header = CsvRecords(text, separator.sign).next();
        if (!header) continue;
        const std::size_t known = known_columns(header->fields);
        if (known > known_most) {
            known_most = known;
            best = separator.sign;
        }
    }
    return best;
}

}  // namespace

/// Reads the text of one file, once.
class CsvRows::Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {
        if (!take_separator()) return;
        records_.emplace(text_, separator_);
        const auto header = records_->next();
        if (!header) {
            add({line_of(1), {"file", {"import.empty_csv"}}});
        } else if (header->problem) {
            add({line_of(header->problem->line), header->problem->error});
        } else {
            for (store::RowProblem& problem : columns_.read(line_of(header->line), header->fields))
                add(std::move(problem));
        }
        // Of a file without a header that can be used nothing more is looked at.
        if (!problems_.empty()) records_.reset();
    }

    std::optional<store::ReadRow> next() {
        if (!problems_.empty()) {
            store::ReadRow problem(platform::Unexpected{std::move(problems_.front())});
            problems_.pop_front();
            return problem;
        }
        while (auto record = records_ ? records_->next() : std::nullopt) {
            if (auto row = row_of(*record)) return row;
        }
        return {};
    }
    [[nodiscard]] std::uint64_t lines_left() const { return records_ ? records_->lines_left() : 0; }

private:
    void add(store::RowProblem problem) { problems_.push_back(std::move(problem)); }

    /// `sep=;`, which spreadsheet programs write and read, or by the header.
    bool take_separator() {
        constexpr std::string_view kNamed = "sep=";
        if (!text_.starts_with(kNamed)) {
            separator_ = separator_of(text_);
            return true;
        }
        const std::size_t end = text_.find_first_of("\r\n");
        const std::string_view sign = text_.substr(kNamed.size(), end - kNamed.size());
        const bool known =
            std::any_of(kSeparators.begin(), kSeparators.end(),
                        [&](const Separator& s) { return sign == std::string_view(&s.sign, 1); });
        if (!known) {
            add({1, {"file", {"import.separator_unknown"}}});
            return false;
        }
        separator_ = sign.front();
        text_.remove_prefix(std::min(end, text_.size()));
        text_.remove_prefix(text_.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, text_.size()));
        lines_before_ = 1;
        return true;
    }

    [[nodiscard]] std::uint64_t line_of(std::uint64_t line) const { return line + lines_before_; }

    /// Nothing of a blank one.
    [[nodiscard]] std::optional<store::ReadRow> row_of(const CsvRecord& record) const {
        if (record.problem)
            return store::ReadRow(platform::Unexpected{
                store::RowProblem{line_of(record.problem->line), record.problem->error}});
        if (is_blank_row(record.fields)) return {};
        return columns_.row_of(line_of(record.line), record.fields);
    }

    std::string_view text_;
    char separator_ = ',';
    std::uint64_t lines_before_ = 0;
    Columns columns_;
    std::optional<CsvRecords> records_;
    std::deque<store::RowProblem> problems_;
};

CsvRows::CsvRows(std::string_view bytes) {
    auto text = utf8_text(bytes);
    if (text) {
        text_ = *std::move(text);
    } else {
        no_text_ = text.error();
    }
    rewind();
}

CsvRows::~CsvRows() = default;

void CsvRows::rewind() {
    reported_ = false;
    if (!no_text_) reader_ = std::make_unique<Reader>(text_);
}

std::optional<store::ReadRow> CsvRows::next() {
    if (reader_) return reader_->next();
    if (!no_text_ || std::exchange(reported_, true)) return {};
    return store::ReadRow(platform::Unexpected{*no_text_});
}

std::uint64_t CsvRows::lines_left() const {
    return reader_ ? reader_->lines_left() : 0;
}

}  // namespace tizilim::agent
