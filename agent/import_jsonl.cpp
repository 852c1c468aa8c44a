#include "agent/import_jsonl.h"

#include "platform/expected.h"
#include "platform/json.h"
#include "store/csv.h"
#include "store/owner_session.h"
#include "store/rules.h"
#include "sync/json_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tizilim::agent {
namespace {

using platform::JsonValue;
using store::FieldError;
using store::FileColumn;

constexpr sync::JsonBounds kLineJson{.depth_max = 8, .values_max = 100'000};
/// Of an export, beside those that CSV has too.
constexpr auto kNestedOfExport = std::to_array<std::string_view>({"signature", "history"});

/// A name from a file goes into a message only when it can't be a value that slipped.
std::string shown_name(std::string_view name) {
    constexpr std::size_t kShownMax = 32;
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (name.empty() || name.size() > kShownMax || !std::all_of(name.begin(), name.end(), is_plain))
        return "a name that is no column";
    return "\"" + std::string(name) + "\"";
}

bool is_informational(std::string_view name) {
    const auto columns = store::informational_columns();
    return std::find(columns.begin(), columns.end(), name) != columns.end() ||
           std::find(kNestedOfExport.begin(), kNestedOfExport.end(), name) != kNestedOfExport.end();
}

std::optional<std::string> text_of(std::string_view name, const JsonValue& value) {
    if (const std::string* const text = value.string()) return *text;
    if (std::holds_alternative<std::nullptr_t>(value.value)) return "";
    if (name == "minutes" && value.integer() != nullptr) return std::to_string(*value.integer());
    if (name == "minor" && value.boolean() != nullptr) return *value.boolean() ? "yes" : "no";
    return {};
}

/// Puts one member where it belongs; what is wrong with it, if anything.
std::optional<FieldError> take(const platform::JsonMember& member, store::ImportRow& row) {
    const auto columns = store::file_columns();
    const auto column = std::find_if(columns.begin(), columns.end(), [&](const FileColumn& known) {
        return known.name == member.name;
    });
    if (column == columns.end() && member.name != "id") {
        if (is_informational(member.name)) return {};
        std::string names;
        for (const FileColumn& known : columns)
            names.append(names.empty() ? "" : ", ").append(known.name);
        return FieldError{"row", "unknown name: " + shown_name(member.name) + "; use " + names};
    }
    auto text = text_of(member.name, member.value);
    if (!text) return FieldError{member.name, "must be a string"};
    (column == columns.end() ? row.id : row.input.*(column->field)) = *std::move(text);
    return {};
}

platform::Expected<store::ImportRow, FieldError> row_of(std::string_view line) {
    const auto json = sync::read_json(line, kLineJson);
    if (!json) return platform::Unexpected{FieldError{"row", json.error()}};
    if (json->object() == nullptr)
        return platform::Unexpected{FieldError{"row", "is no JSON object"}};
    store::ImportRow row;
    for (const platform::JsonMember& member : *json->object())
        if (auto wrong = take(member, row)) return platform::Unexpected{*std::move(wrong)};
    return row;
}

}  // namespace

store::FileRows read_register_jsonl(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    store::FileRows result;
    store::ProblemList problems;
    for (std::uint64_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        auto row = row_of(line);
        if (row) {
            result.rows.push_back(*std::move(row));
            result.rows.back().line = number;
            store::settle_spelling(result.rows.back().input);
        } else {
            problems.add({number, row.error()});
        }
    }
    if (result.rows.empty() && problems.empty())
        problems.add({1, {"file", "is empty; each line is a JSON object"}});
    result.problems = problems.take();
    return result;
}

}  // namespace tizilim::agent
