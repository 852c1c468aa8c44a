#include "store/csv.h"

#include "platform/expected.h"
#include "platform/unicode.h"
#include "store/owner_session.h"
#include "store/rules.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

struct Column {
    std::string_view name;
    std::string EntryInput::* field;
    bool required;
};

constexpr std::array<Column, 13> kColumns{{
    {"application_date", &EntryInput::application_date, true},
    {"recorded_date", &EntryInput::recorded_date, true},
    {"late_reason", &EntryInput::late_reason, false},
    {"basis_type", &EntryInput::basis_type, true},
    {"basis_number", &EntryInput::basis_number, true},
    {"basis_date", &EntryInput::basis_date, true},
    {"basis_issuer", &EntryInput::basis_issuer, true},
    {"essence", &EntryInput::essence, true},
    {"form", &EntryInput::form, true},
    {"minutes", &EntryInput::minutes, true},
    {"minor", &EntryInput::minor, false},
    {"disclosure", &EntryInput::disclosure, false},
    {"language", &EntryInput::language, false},
}};

/// A file that breaks every row names the first of them; more would bury the cause.
constexpr std::size_t kProblemsMax = 100;

struct Record {
    std::uint64_t line = 0;  ///< where it begins, from 1
    std::vector<std::string> fields;
};

/// Splits text into records, RFC 4180. CRLF and LF end one; a quoted field may hold both.
class RecordReader {
public:
    explicit RecordReader(std::string_view text) : text_(text) {}

    /// The next record, or nothing at the end or after a problem.
    std::optional<Record> next() {
        while (at_ < text_.size() && blank_line()) {
        }
        if (at_ >= text_.size() || problem_) return {};
        Record record{line_, {}};
        for (;;) {
            std::optional<std::string> field =
                quoted() ? quoted_field(record) : plain_field(record);
            if (!field) return {};
            record.fields.push_back(std::move(*field));
            if (at_ < text_.size() && text_[at_] == ',') {
                ++at_;
                continue;
            }
            end_of_line();
            return record;
        }
    }

    [[nodiscard]] const std::optional<RowProblem>& problem() const { return problem_; }

private:
    [[nodiscard]] bool quoted() const { return at_ < text_.size() && text_[at_] == '"'; }

    bool blank_line() {
        const std::size_t start = at_;
        end_of_line();
        return at_ != start;
    }

    void end_of_line() {
        if (text_.substr(at_, 2) == "\r\n") ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') {
            ++at_;
            ++line_;
        }
    }

    [[nodiscard]] static std::string column_of(const Record& record) {
        return "column " + std::to_string(record.fields.size() + 1);
    }

    std::optional<std::string> fail(const Record& record, std::string message) {
        problem_ = RowProblem{line_, {column_of(record), std::move(message)}};
        return {};
    }

    std::optional<std::string> plain_field(const Record& record) {
        const std::size_t start = at_;
        at_ = std::min(text_.find_first_of(",\"\n", start), text_.size());
        if (quoted()) {
            return fail(record,
                        "a quote inside a field that has none around it; put the whole field "
                        "in quotes and double the one inside");
        }
        std::string_view field = text_.substr(start, at_ - start);
        if (field.ends_with('\r') && (at_ == text_.size() || text_[at_] == '\n')) {
            field.remove_suffix(1);
            if (at_ < text_.size()) --at_;
        }
        return std::string(field);
    }

    std::optional<std::string> quoted_field(const Record& record) {
        std::string field;
        const std::uint64_t opened = line_;
        ++at_;
        for (;;) {
            const std::size_t quote = text_.find('"', at_);
            if (quote == std::string_view::npos) {
                line_ = opened;
                return fail(record, "a quote is opened and never closed");
            }
            const std::string_view part = text_.substr(at_, quote - at_);
            line_ += static_cast<std::uint64_t>(std::count(part.begin(), part.end(), '\n'));
            field.append(part);
            at_ = quote + 1;
            if (!quoted()) break;
            field += '"';
            ++at_;
        }
        const std::string_view rest = text_.substr(at_);
        if (!rest.empty() && rest[0] != ',' && rest[0] != '\n' && !rest.starts_with("\r\n")) {
            return fail(record, "text after the closing quote; put the whole field in quotes");
        }
        return field;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint64_t line_ = 1;
    std::optional<RowProblem> problem_;
};

using Layout = std::vector<const Column*>;

std::string known_columns() {
    std::string names;
    for (const Column& column : kColumns) {
        names.append(names.empty() ? "" : ", ").append(column.name);
    }
    return names;
}

Layout layout_of(const Record& header, std::vector<RowProblem>& problems) {
    Layout layout;
    for (std::size_t i = 0; i < header.fields.size(); ++i) {
        const auto column = std::find_if(kColumns.begin(), kColumns.end(), [&](const Column& c) {
            return c.name == header.fields[i];
        });
        const std::string place = "column " + std::to_string(i + 1);
        if (column == kColumns.end()) {
            problems.push_back(
                {header.line, {place, "unknown name in the header row; use " + known_columns()}});
        } else if (std::find(layout.begin(), layout.end(), &*column) != layout.end()) {
            problems.push_back(
                {header.line, {std::string(column->name), "stands twice in the header"}});
        }
        layout.push_back(column == kColumns.end() ? nullptr : &*column);
    }
    for (const Column& column : kColumns) {
        if (column.required && std::find(layout.begin(), layout.end(), &column) == layout.end()) {
            problems.push_back(
                {header.line, {std::string(column.name), "missing from the header row; add it"}});
        }
    }
    return layout;
}

std::optional<ImportRow> row_of(Record&& record, const Layout& layout,
                                std::vector<RowProblem>& problems) {
    if (record.fields.size() != layout.size()) {
        problems.push_back(
            {record.line,
             {"row", "has " + std::to_string(record.fields.size()) +
                         " fields where the header has " + std::to_string(layout.size())}});
        return {};
    }
    ImportRow row{record.line, {}};
    for (std::size_t i = 0; i < layout.size(); ++i) {
        row.input.*(layout[i]->field) = std::move(record.fields[i]);
    }
    return row;
}

}  // namespace

platform::Expected<std::vector<ImportRow>, std::vector<RowProblem>> read_register_csv(
    std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (const auto bad = platform::invalid_utf8_at(text)) {
        const auto line =
            1 + std::count(text.begin(), text.begin() + static_cast<long>(*bad), '\n');
        return platform::Unexpected{std::vector<RowProblem>{
            {static_cast<std::uint64_t>(line),
             {"file", "is no UTF-8 text at byte " + std::to_string(*bad) + "; save it as UTF-8"}}}};
    }
    RecordReader reader(text);
    std::vector<RowProblem> problems;
    std::vector<ImportRow> rows;
    const std::optional<Record> header = reader.next();
    if (!header && !reader.problem()) {
        problems.push_back({1, {"file", "is empty; the first row names the columns"}});
    }
    const Layout layout = header ? layout_of(*header, problems) : Layout{};
    const bool readable = header && problems.empty();
    while (readable && problems.size() < kProblemsMax) {
        std::optional<Record> record = reader.next();
        if (!record) break;
        if (auto row = row_of(std::move(*record), layout, problems)) {
            rows.push_back(std::move(*row));
        }
    }
    if (const auto& problem = reader.problem()) problems.push_back(*problem);
    if (!problems.empty()) return platform::Unexpected{std::move(problems)};
    return rows;
}

}  // namespace tizilim::store
