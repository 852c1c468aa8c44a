#include "agent/documents/import_jsonl.h"

#include "agent/documents/csv/columns.h"
#include "agent/documents/csv/csv_text.h"
#include "agent/documents/field_json.h"
#include "agent/documents/import_history.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"

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

constexpr platform::JsonBounds kLineJson{.depth_max = 8, .values_max = 100'000};
/// Of an export, beside those that CSV has too.
constexpr auto kNestedOfExport = std::to_array<std::string_view>(
    {"signature", "history", "pulled", "uncertain", "missing_versions"});

bool is_informational(std::string_view name) {
    const auto columns = informational_columns();
    return std::find(columns.begin(), columns.end(), name) != columns.end() ||
           std::find(kNestedOfExport.begin(), kNestedOfExport.end(), name) != kNestedOfExport.end();
}

/// Puts one member where it belongs; what is wrong with it, if anything.
std::optional<FieldError> take(const platform::JsonMember& member, store::ImportRow& row) {
    const store::EntryField* const field = store::find_field(member.name);
    if (field != nullptr) {
        auto text = json_text(*field, member.value);
        if (!text) return FieldError{member.name, json_kind(*field)};
        row.input.*(field->text) = *std::move(text);
    } else if (member.name == "id") {
        const std::string* const id = member.value.string();
        const bool is_none = std::holds_alternative<std::nullptr_t>(member.value.value);
        if (id == nullptr && !is_none) return FieldError{member.name, {"import.no_string"}};
        row.id = id == nullptr ? std::string() : *id;
    } else if (!is_informational(member.name)) {
        return FieldError{"row",
                          {"import.name_unknown",
                           {{"name", platform::as_json(shown_name(member.name))},
                            {"columns", store::field_names(store::GivenBy::file)}}}};
    }
    return {};
}

/// The columns of an object; others are known by name or refused.
std::optional<FieldError> take_columns(const JsonValue& json, store::ImportRow& row) {
    for (const platform::JsonMember& member : *json.object())
        if (auto wrong = take(member, row)) return wrong;
    return {};
}

store::ReadRow row_of(std::string_view line, std::uint64_t number) {
    const auto bad = [&](FieldError error) {
        return store::ReadRow(platform::Unexpected{store::RowProblem{number, std::move(error)}});
    };
    const auto json = platform::read_json(line, kLineJson);
    if (!json) return bad({"row", json.error()});
    if (json->object() == nullptr) return bad({"row", {"import.no_json_object"}});
    store::ImportRow row{.line = number, .input = {}};
    if (auto wrong = take_columns(*json, row)) return bad(*std::move(wrong));
    row.id = platform::trimmed_text(row.id);
    if (is_brought(*json)) {
        auto brought = brought_entry_of(*json, row.input);
        if (!brought) return bad(brought.error());
        row.brought = *std::move(brought);
    } else {
        if (auto lacks = lacks_its_history(*json)) return bad({"row", *std::move(lacks)});
        normalise_spelling(row.input);
    }
    return store::ReadRow(std::move(row));
}

}  // namespace

JsonlRows::JsonlRows(std::string_view bytes) {
    auto text = utf8_text(bytes);
    if (text) {
        text_ = *std::move(text);
    } else {
        no_text_ = text.error();
    }
}

void JsonlRows::rewind() {
    at_ = 0;
    line_ = 0;
    rows_ = 0;
}

std::optional<store::ReadRow> JsonlRows::next() {
    while (at_ < text_.size()) {
        const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
        const std::string_view line = std::string_view(text_).substr(at_, end - at_);
        at_ = end + (std::string_view(text_).substr(end).starts_with("\r\n") ? 2 : 1);
        ++line_;
        if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
        ++rows_;
        if (line.size() <= kLineBytesMax) return row_of(line, line_);
        return store::ReadRow(platform::Unexpected{
            store::RowProblem{line_, {"row", {"import.row_too_long", {{"max", kLineBytesMax}}}}}});
    }
    if (rows_++ > 0) return {};
    if (no_text_) return store::ReadRow(platform::Unexpected{*no_text_});
    return store::ReadRow(
        platform::Unexpected{store::RowProblem{1, {"file", {"import.empty_jsonl"}}}});
}

std::uint64_t JsonlRows::lines_left() const {
    if (at_ >= text_.size()) return 0;
    const auto rest = std::string_view(text_).substr(at_);
    return static_cast<std::uint64_t>(std::count(rest.begin(), rest.end(), '\n')) +
           (rest.ends_with('\n') ? 0 : 1);
}

}  // namespace tizilim::agent
