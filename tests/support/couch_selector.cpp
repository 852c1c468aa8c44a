#include "tests/support/couch_selector.h"

#include "platform/text/json.h"

#include <algorithm>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <variant>

namespace tizilim::support {

using platform::JsonArray;
using platform::JsonMember;
using platform::JsonObject;
using platform::JsonValue;

bool CouchSelector::add_condition(Conditions& conditions, const JsonMember& member) {
    if (member.name.starts_with('$') || member.value.array() != nullptr) return false;
    const JsonObject* operators = member.value.object();
    if (operators == nullptr) {
        conditions.push_back({member.name, member.value});
        return true;
    }
    const bool is_regex = operators->size() == 1 && operators->front().name == "$regex" &&
                          operators->front().value.string() != nullptr;
    if (!is_regex) return false;
    try {
        conditions.push_back({member.name, std::regex(*operators->front().value.string())});
    } catch (const std::regex_error&) {
        return false;
    }
    return true;
}

std::optional<CouchSelector> CouchSelector::read(const JsonValue& selector) {
    if (selector.object() == nullptr) return {};
    CouchSelector read;
    for (const JsonMember& member : *selector.object()) {
        if (member.name != "$nor") {
            if (!add_condition(read.all_of_, member)) return {};
            continue;
        }
        const JsonArray* alternatives = member.value.array();
        if (alternatives == nullptr) return {};
        for (const JsonValue& alternative : *alternatives) {
            if (alternative.object() == nullptr) return {};
            Conditions conditions;
            for (const JsonMember& inner : *alternative.object()) {
                if (!add_condition(conditions, inner)) return {};
            }
            read.none_of_.push_back(std::move(conditions));
        }
    }
    return read;
}

/// A member that is not there meets no condition.
bool CouchSelector::holds(const Condition& condition, const JsonValue& document) {
    const JsonValue* value = document.find(condition.member);
    if (value == nullptr) return false;
    if (const auto* wanted = std::get_if<JsonValue>(&condition.wanted)) return *value == *wanted;
    return value->string() != nullptr &&
           std::regex_search(*value->string(), std::get<std::regex>(condition.wanted));
}

bool CouchSelector::matches(const JsonValue& document) const {
    const auto all_hold = [&](const Conditions& conditions) {
        return std::ranges::all_of(
            conditions, [&](const Condition& condition) { return holds(condition, document); });
    };
    return all_hold(all_of_) && std::ranges::none_of(none_of_, all_hold);
}

}  // namespace tizilim::support
