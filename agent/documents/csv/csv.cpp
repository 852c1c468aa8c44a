#include "agent/documents/csv/csv.h"

#include "agent/documents/csv/csv_guard.h"
#include "agent/documents/csv/csv_records.h"
#include "agent/documents/csv/csv_text.h"
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
#include <deque>
#include <memory>
#include <optional>
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

struct Separator {
    char sign;
    std::string_view name;
};
constexpr auto kSeparators =
    std::to_array<Separator>({{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}});

/// Where a column of the file goes.
struct Target {
    enum class Kind { field, id, pulled, ignored, unnamed, unknown };
    Kind kind = Kind::unknown;
    const EntryField* column = nullptr;
};

Target target_of(std::string_view name) {
    if (const EntryField* const field = store::find_field(name))
        return {.kind = Target::Kind::field, .column = field};
    if (name == kIdColumn) return {.kind = Target::Kind::id};
    if (name == kPulledColumn) return {.kind = Target::Kind::pulled};
    if (name.empty()) return {.kind = Target::Kind::unnamed};
    if (std::find(kInformational.begin(), kInformational.end(), name) != kInformational.end())
        return {.kind = Target::Kind::ignored};
    return {};
}

bool says_no(std::string_view field) {
    const std::string text = platform::trimmed_text(unguarded(std::string(field)));
    return text.empty() || text == "no";
}

/// The separator by which the first record has the most names that we know.
char separator_of(std::string_view text) {
    char best = kSeparators.front().sign;
    std::size_t known_most = 0;
    for (const Separator& separator : kSeparators) {
        const auto header = CsvRecords(text, separator.sign).next();
        if (!header) continue;
        const auto known = static_cast<std::size_t>(std::count_if(
            header->fields.begin(), header->fields.end(), [](const std::string& name) {
                return !name.empty() && target_of(name).kind != Target::Kind::unknown;
            }));
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
            read_header(*header);
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
            if (auto row = row_of(*std::move(record))) return row;
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

    void read_header(const CsvRecord& header) {
        const std::uint64_t line = line_of(header.line);
        for (std::size_t i = 0; i < header.fields.size(); ++i) {
            const Target target = target_of(platform::trimmed_text(header.fields[i]));
            const bool twice = target.column != nullptr && has(*target.column);
            if (target.kind == Target::Kind::unknown) {
                add({line,
                     {csv_column(i + 1),
                      {"import.column_unknown",
                       {{"columns", store::field_names(store::GivenBy::file)}}}}});
            } else if (twice) {
                add({line, {std::string(target.column->name), {"import.column_twice"}}});
            }
            targets_.push_back(target);
        }
        for (const EntryField& column : store::entry_fields())
            if (column.must_be_in_csv && !has(column))
                add({line, {std::string(column.name), {"import.column_missing"}}});
    }

    [[nodiscard]] bool has(const EntryField& column) const {
        return std::any_of(targets_.begin(), targets_.end(),
                           [&](const Target& target) { return target.column == &column; });
    }

    /// Nothing of a blank one.
    [[nodiscard]] std::optional<store::ReadRow> row_of(CsvRecord&& record) const {
        const auto bad = [](std::uint64_t line, store::FieldError error) {
            return store::ReadRow(platform::Unexpected{store::RowProblem{line, std::move(error)}});
        };
        if (record.problem) return bad(line_of(record.problem->line), record.problem->error);
        // Spreadsheet programs write rows of separators below the last one.
        if (std::all_of(record.fields.begin(), record.fields.end(), [](const std::string& field) {
                return platform::trimmed_text(field).empty();
            }))
            return {};
        store::ImportRow row{.line = line_of(record.line), .input = {}};
        if (record.fields.size() != targets_.size()) {
            return bad(row.line,
                       {"row",
                        {"import.fields_differ",
                         {{"fields", record.fields.size()}, {"columns", targets_.size()}}}});
        }
        for (std::size_t i = 0; i < targets_.size(); ++i) {
            const Target& target = targets_[i];
            if (target.kind == Target::Kind::field) {
                row.input.*(target.column->text) = unguarded(record.fields[i]);
            } else if (target.kind == Target::Kind::id) {
                row.id = platform::trimmed_text(unguarded(record.fields[i]));
            } else if (target.kind == Target::Kind::pulled && !says_no(record.fields[i])) {
                return bad(row.line, {"row", {"import.of_another_pc"}});
            } else if (target.kind == Target::Kind::unnamed &&
                       !platform::trimmed_text(record.fields[i]).empty()) {
                return bad(row.line, {csv_column(i + 1), {"import.column_unnamed"}});
            }
        }
        normalise_spelling(row.input);
        return store::ReadRow(std::move(row));
    }

    std::string_view text_;
    char separator_ = ',';
    std::uint64_t lines_before_ = 0;
    std::vector<Target> targets_;
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
