#include "agent/documents/import_history.h"

#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/owner/import_rows.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonValue;
using platform::Message;

std::string text_of(const JsonValue& json, std::string_view name) {
    const JsonValue* const value = json.find(name);
    return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

std::uint64_t number_of(const JsonValue& json, std::string_view name) {
    const JsonValue* const value = json.find(name);
    if (value == nullptr || value->integer() == nullptr || *value->integer() < 0) return 0;
    return static_cast<std::uint64_t>(*value->integer());
}

bool is_true(const JsonValue& json, std::string_view name) {
    const JsonValue* const value = json.find(name);
    return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

const JsonArray* array_of(const JsonValue& json, std::string_view name) {
    const JsonValue* const value = json.find(name);
    return value == nullptr ? nullptr : value->array();
}

store::BroughtVersion version_of(const JsonValue& json, const store::EntryTexts& input) {
    store::BroughtVersion version{.input = input,
                                  .act = text_of(json, "act"),
                                  .at = text_of(json, "at"),
                                  .by = text_of(json, "by"),
                                  .reason = text_of(json, "reason"),
                                  .clock_marks = 0,
                                  .commitment = text_of(json, "commitment"),
                                  .salt = text_of(json, "salt"),
                                  .cms = {}};
    version.clock_marks = static_cast<std::uint8_t>(std::min<std::uint64_t>(
        number_of(json, "clock_marks"), std::numeric_limits<std::uint8_t>::max()));
    if (const JsonValue* const signature = json.find("signature"))
        version.cms = text_of(*signature, "cms");
    return version;
}

bool has_commitment(const JsonValue& version) {
    return !text_of(version, "commitment").empty();
}

/// What the version before said.
bool take_back(const JsonValue& version, store::EntryTexts& input) {
    const JsonArray* const changes = array_of(version, "changes");
    if (changes == nullptr) return false;
    for (const JsonValue& change : *changes) {
        const std::string field = text_of(change, "field");
        const store::EntryField* const known = store::find_field(field);
        const JsonValue* const before = change.find("before");
        if (known == nullptr || before == nullptr || before->string() == nullptr) return false;
        input.*(known->text) = *before->string();
    }
    return true;
}

}  // namespace

bool is_brought(const JsonValue& line) {
    const JsonArray* const history = array_of(line, "history");
    return history != nullptr && !history->empty() && line.find("id") != nullptr &&
           std::all_of(history->begin(), history->end(), has_commitment);
}

std::optional<Message> lacks_its_history(const JsonValue& line) {
    const JsonArray* const history = array_of(line, "history");
    const JsonArray* const missing = array_of(line, "missing_versions");
    if (history != nullptr && std::any_of(history->begin(), history->end(), has_commitment))
        return Message{"import.committed_without_history"};
    if (missing != nullptr && !missing->empty())
        return Message{"import.missing_versions_without_history"};
    if (is_true(line, "pulled")) return Message{"import.pulled_without_history"};
    if (is_true(line, "uncertain")) return Message{"import.uncertain_without_history"};
    return {};
}

platform::Expected<store::BroughtEntry, store::FieldError> brought_entry_of(
    const JsonValue& line, const store::EntryTexts& current) {
    store::BroughtEntry entry{.recorded_at = text_of(line, "recorded_at")};
    entry.number = number_of(line, "number");
    entry.book = text_of(line, "book");
    entry.pulled = is_true(line, "pulled");
    entry.uncertain = is_true(line, "uncertain");
    if (const JsonArray* const missing = array_of(line, "missing_versions"))
        for (const JsonValue& version : *missing)
            if (version.integer() != nullptr)
                entry.missing.push_back(static_cast<std::uint64_t>(*version.integer()));
    store::EntryTexts input = current;
    const JsonArray& history = *array_of(line, "history");
    for (auto version = history.rbegin(); version != history.rend(); ++version) {
        entry.versions.push_back(version_of(*version, input));
        if (!take_back(*version, input))
            return platform::Unexpected{store::FieldError{"history", {"import.version_malformed"}}};
    }
    std::reverse(entry.versions.begin(), entry.versions.end());
    return entry;
}

}  // namespace tizilim::agent
