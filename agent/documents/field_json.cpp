#include "agent/documents/field_json.h"

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/fields.h"
#include "store/owner/entry_view.h"
#include "store/register/register.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tizilim::agent {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using store::EntryField;

namespace {

/// What errors are about beside the fields of an entry.
constexpr auto kOthers = std::to_array<std::string_view>(
    {"commitment", "fields", "file", "history", "id", "number", "recorded_at", "row", "signature"});

}  // namespace

std::optional<std::string> json_text(const EntryField& field, const JsonValue& value) {
    if (const std::string* const text = value.string()) return *text;
    if (std::holds_alternative<std::nullptr_t>(value.value)) return "";
    if (is_whole_number(field) && value.integer() != nullptr)
        return std::to_string(*value.integer());
    if (is_yes_or_no(field) && value.boolean() != nullptr) return *value.boolean() ? "yes" : "no";
    return {};
}

platform::Message json_kind(const EntryField& field) {
    if (is_whole_number(field)) return {"import.no_string_or_integer"};
    if (is_yes_or_no(field)) return {"import.no_string_or_boolean"};
    return {"import.no_string"};
}

JsonValue json_value(const EntryField& field, const store::EntryTexts& texts) {
    const std::string& text = texts.*(field.text);
    if (is_yes_or_no(field)) return text == "yes";
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    if (is_whole_number(field) && std::from_chars(text.data(), end, number).ptr == end)
        return number;
    return text;
}

platform::Message shown_name(std::string_view name) {
    constexpr std::size_t kShownMax = 32;
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (name.empty() || name.size() > kShownMax || !std::ranges::all_of(name, is_plain))
        return {"import.unshown_name"};
    return {"import.shown_name", {{"name", name}}};
}

platform::Message field_name(std::string_view field) {
    constexpr std::string_view kColumn = "column ";
    if (field.starts_with(kColumn))
        return {"import.column", {{"number", field.substr(kColumn.size())}}};
    if (std::ranges::find(kOthers, field) == kOthers.end())
        return platform::as_it_stands(std::string(field));
    return {"field." + std::string(field)};
}

JsonObject signature_members(const store::SignatureView& signature) {
    return {{"status", signature.status},         {"issuer_checked", signature.issuer_checked},
            {"signer", signature.signer},         {"iin", signature.iin},
            {"issuer", signature.issuer},         {"serial", signature.serial},
            {"valid_from", signature.valid_from}, {"valid_to", signature.valid_to},
            {"algorithm", signature.algorithm},   {"signed_at", signature.signed_at}};
}

JsonValue json_of(const store::SignatureView& signature) {
    if (signature.status.empty()) return {};
    JsonObject json = signature_members(signature);
    json.push_back({"cms", signature.cms});
    return json;
}

JsonObject json_of(const store::HeadTimestamp& stamp, platform::UtcOffset offset) {
    return {{"at", platform::format_time(stamp.at, offset)},
            {"authority", stamp.authority},
            {"issuer_checked", stamp.issuer_checked},
            {"record", stamp.sequence},
            {"entry", stamp.last_entry},
            {"book", stamp.book}};
}

JsonArray changes_json(const store::VersionView& version) {
    JsonArray changes;
    for (const store::FieldChange& change : version.changes)
        changes.emplace_back(JsonObject{
            {"field", change.field}, {"before", change.before}, {"after", change.after}});
    return changes;
}

}  // namespace tizilim::agent
