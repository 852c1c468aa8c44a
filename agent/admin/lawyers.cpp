#include "agent/admin/lawyers.h"

#include "agent/admin/csv_lines.h"
#include "platform/expected.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"
#include "platform/text/unicode.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

using platform::Message;

struct Column {
    std::string_view name;
    std::string Lawyer::* field;
};
constexpr auto kColumns = std::to_array<Column>({
    {"lawyer", &Lawyer::name},
    {"iin", &Lawyer::iin},
    {"bar_association", &Lawyer::bar_association},
    {"bar_association_kk", &Lawyer::bar_association_kk},
    {"language", &Lawyer::language},
    {"database", &Lawyer::database},
    {"user", &Lawyer::user},
});

/// Of a text; the setup file has each in one line.
constexpr std::size_t kTextBytesMax = 1000;
constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kIinDigits = 12;
constexpr std::size_t kLinesMax = 100'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

/// What every CouchDB takes as the name of a database, and what needs no care in an address.
bool is_name(std::string_view text) {
    return text.size() <= kNameBytesMax && is_lower(text.front()) &&
           std::ranges::all_of(
               text, [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_one_line(std::string_view text) {
    return text.size() <= kTextBytesMax &&
           std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

Message at_line(std::size_t line, const Message& why) {
    return {"admin.csv_line", {{"line", line}, {"why", platform::as_json(why)}}};
}

/// Reads lines of lawyers under a header.
class Table {
public:
    explicit Table(const CsvLine& header) {
        for (const std::string& name : header.fields) {
            const std::string trimmed = platform::trimmed_text(name);
            const auto* const known = std::ranges::find(kColumns, trimmed, &Column::name);
            if (known == kColumns.end()) {
                problem(header.number, {"admin.csv_column", {{"column", trimmed}}});
            } else if (std::ranges::find(columns_, known) != columns_.end()) {
                problem(header.number, {"admin.csv_column_twice", {{"column", trimmed}}});
            } else {
                columns_.push_back(known);
            }
        }
    }

    void read(const CsvLine& line) {
        if (line.is_broken) return problem(line.number, {"admin.csv_quote"});
        if (line.fields.size() != columns_.size())
            return problem(
                line.number,
                {"admin.csv_fields", {{"given", line.fields.size()}, {"due", columns_.size()}}});
        Lawyer lawyer;
        for (std::size_t i = 0; i < columns_.size(); ++i)
            lawyer.*columns_[i]->field = platform::to_nfc(platform::trimmed_text(line.fields[i]));
        for (const Message& why : problems_of(lawyer)) problem(line.number, why);
        check_repeats(line.number, lawyer);
        lawyers_.push_back(std::move(lawyer));
    }

    [[nodiscard]] bool has_problems() const { return !problems_.empty(); }

    platform::Expected<std::vector<Lawyer>, Problems> taken() && {
        if (problems_.empty() && lawyers_.empty()) problems_.push_back({"admin.csv_empty"});
        if (!problems_.empty()) return platform::Unexpected{std::move(problems_)};
        return std::move(lawyers_);
    }

private:
    void problem(std::size_t line, const Message& why) { problems_.push_back(at_line(line, why)); }

    void check_repeats(std::size_t line, const Lawyer& lawyer) {
        for (const auto& [column, text] :
             {std::pair("iin", lawyer.iin), std::pair("database", lawyer.database),
              std::pair("user", lawyer.user)}) {
            if (text.empty()) continue;
            const auto [first, is_new] = first_lines_.try_emplace({column, text}, line);
            if (!is_new)
                problem(line, {"admin.csv_twice", {{"column", column}, {"first", first->second}}});
        }
    }

    std::vector<const Column*> columns_;
    std::vector<Lawyer> lawyers_;
    Problems problems_;
    std::map<std::pair<std::string, std::string>, std::size_t> first_lines_;
};

}  // namespace

Problems problems_of(const Lawyer& lawyer) {
    Problems problems;
    if (lawyer.name.empty()) problems.push_back({"admin.lawyer_needed"});
    if (lawyer.iin.empty() && lawyer.database.empty()) problems.push_back({"admin.iin_needed"});
    const bool iin_is_odd =
        lawyer.iin.size() != kIinDigits || !std::ranges::all_of(lawyer.iin, is_digit);
    if (!lawyer.iin.empty() && iin_is_odd) problems.push_back({"admin.iin_digits"});
    if (!lawyer.language.empty() && lawyer.language != "kk" && lawyer.language != "ru")
        problems.push_back({"admin.language_choice"});
    for (const std::string& name : {lawyer.database, lawyer.user})
        if (!name.empty() && !is_name(name))
            problems.push_back({"admin.name_shape", {{"name", name}}});
    for (const std::string& text : {lawyer.name, lawyer.bar_association, lawyer.bar_association_kk})
        if (!is_one_line(text)) problems.push_back({"admin.one_line", {{"most", kTextBytesMax}}});
    return problems;
}

platform::Expected<std::vector<Lawyer>, Problems> read_lawyers(std::string bytes) {
    const auto text = platform::read_text(std::move(bytes));
    if (!text) return platform::Unexpected{Problems{{"admin.csv_no_text"}}};
    const std::vector<CsvLine> lines = csv_lines(*text, kLinesMax);
    if (lines.empty()) return platform::Unexpected{Problems{{"admin.csv_empty"}}};
    if (lines.front().is_broken)
        return platform::Unexpected{Problems{at_line(lines.front().number, {"admin.csv_quote"})}};
    Table table(lines.front());
    // What stands beneath an unknown column, nobody can tell.
    if (!table.has_problems())
        for (std::size_t i = 1; i < lines.size(); ++i) table.read(lines[i]);
    return std::move(table).taken();
}

}  // namespace tizilim::admin
