#include "store/csv.h"

#include "store/codes.h"
#include "store/csv_guard.h"
#include "store/csv_records.h"
#include "store/csv_text.h"
#include "store/owner_session.h"
#include "store/rules.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

constexpr auto kColumns = std::to_array<FileColumn>({
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
    {"state", &EntryInput::state, false},
    {"void_reason", &EntryInput::void_reason, false},
});

constexpr std::string_view kIdColumn = "id";
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
    enum class Kind { field, id, ignored, unnamed, unknown };
    Kind kind = Kind::unknown;
    const FileColumn* column = nullptr;
};

Target target_of(std::string_view name) {
    const auto* const column = std::find_if(kColumns.begin(), kColumns.end(),
                                            [&](const FileColumn& c) { return c.name == name; });
    if (column != kColumns.end()) return {.kind = Target::Kind::field, .column = column};
    if (name == kIdColumn) return {.kind = Target::Kind::id};
    if (name.empty()) return {.kind = Target::Kind::unnamed};
    if (std::find(kInformational.begin(), kInformational.end(), name) != kInformational.end())
        return {.kind = Target::Kind::ignored};
    return {};
}

std::string known_columns() {
    std::string names;
    for (const FileColumn& column : kColumns)
        names.append(names.empty() ? "" : ", ").append(column.name);
    return names;
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

/// Reads one file, once.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    FileRows run() {
        if (!take_separator()) return {.rows = {}, .problems = problems_.take()};
        CsvRecords records(text_, separator_);
        const auto header = records.next();
        if (!header) {
            problems_.add({line_of(1), {"file", "is empty; the first row names the columns"}});
        } else if (header->problem) {
            problems_.add({line_of(header->problem->line), header->problem->error});
        } else {
            read_header(*header);
        }
        FileRows result;
        if (problems_.empty()) {
            while (auto record = records.next())
                if (auto row = row_of(*std::move(record))) result.rows.push_back(*std::move(row));
        }
        result.problems = problems_.take();
        return result;
    }

private:
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
            problems_.add({1,
                           {"file",
                            "sep= names no separator that is read here; use , or ; or a "
                            "tab"}});
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
            const Target target = target_of(header.fields[i]);
            const bool twice = target.column != nullptr && has(*target.column);
            if (target.kind == Target::Kind::unknown) {
                problems_.add({line,
                               {"column " + std::to_string(i + 1),
                                "unknown name in the header row; use " + known_columns()}});
            } else if (twice) {
                problems_.add(
                    {line, {std::string(target.column->name), "stands twice in the header"}});
            }
            targets_.push_back(target);
        }
        for (const FileColumn& column : kColumns)
            if (column.required && !has(column))
                problems_.add(
                    {line, {std::string(column.name), "missing from the header row; add it"}});
    }

    [[nodiscard]] bool has(const FileColumn& column) const {
        return std::any_of(targets_.begin(), targets_.end(),
                           [&](const Target& target) { return target.column == &column; });
    }

    std::optional<ImportRow> row_of(CsvRecord&& record) {
        if (record.problem) {
            record.problem->line = line_of(record.problem->line);
            problems_.add(*std::move(record.problem));
            return {};
        }
        // Spreadsheet programs write rows of separators below the last one.
        if (std::all_of(record.fields.begin(), record.fields.end(),
                        [](const std::string& field) { return field.empty(); }))
            return {};
        ImportRow row{.line = line_of(record.line), .input = {}};
        if (record.fields.size() != targets_.size()) {
            problems_.add(
                {row.line,
                 {"row", "has " + std::to_string(record.fields.size()) +
                             " fields where the header has " + std::to_string(targets_.size())}});
            return {};
        }
        for (std::size_t i = 0; i < targets_.size(); ++i) {
            const Target& target = targets_[i];
            if (target.kind == Target::Kind::field) {
                row.input.*(target.column->field) = unguarded(record.fields[i]);
            } else if (target.kind == Target::Kind::id) {
                row.id = unguarded(record.fields[i]);
            } else if (target.kind == Target::Kind::unnamed && !record.fields[i].empty()) {
                problems_.add({row.line,
                               {"column " + std::to_string(i + 1),
                                "has a text, but no name in the header row"}});
                return {};
            }
        }
        settle_spelling(row.input);
        return row;
    }

    std::string_view text_;
    char separator_ = ',';
    std::uint64_t lines_before_ = 0;
    std::vector<Target> targets_;
    ProblemList problems_;
};

}  // namespace

std::span<const FileColumn> file_columns() {
    return kColumns;
}

std::span<const std::string_view> informational_columns() {
    return kInformational;
}

void settle_spelling(EntryInput& input) {
    for (std::string* const date :
         {&input.application_date, &input.recorded_date, &input.basis_date}) {
        if (date->size() != 10 || (*date)[2] != '.' || (*date)[5] != '.') continue;
        *date = date->substr(6) + '-' + date->substr(3, 2) + '-' + date->substr(0, 2);
    }
    if (input.disclosure == code_of(DisclosureClass::withdrawn))
        input.disclosure = code_of(DisclosureClass::local);
}

void ProblemList::add(RowProblem problem) {
    if (problems_.size() < kFileProblemsMax) {
        problems_.push_back(std::move(problem));
        return;
    }
    if (more_++ == 0) more_from_line_ = problem.line;
}

std::vector<RowProblem> ProblemList::take() {
    if (more_ > 0) {
        problems_.push_back({more_from_line_,
                             {"file", "and " + std::to_string(more_) +
                                          " more rows from here on; correct these "
                                          "first"}});
    }
    return std::move(problems_);
}

FileRows read_register_csv(std::string_view bytes) {
    const auto text = utf8_text(bytes);
    if (!text) return {.rows = {}, .problems = {text.error()}};
    return Reader(*text).run();
}

}  // namespace tizilim::store
