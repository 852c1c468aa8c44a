#include "tests/support/couch_validation.h"

#include "agent/admin/allowed_fields.h"
#include "platform/text/json.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tizilim::support {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;

constexpr std::string_view kEntryPrefix = "entry:";
constexpr std::string_view kHealthPrefix = "health:";

CouchRefusal forbidden(std::string reason) {
    return {"forbidden", std::move(reason)};
}

std::string_view kind_of(const JsonValue& value) {
    if (value.string() != nullptr) return "string";
    if (value.boolean() != nullptr) return "boolean";
    if (value.object() != nullptr) return "object";
    if (value.integer() != nullptr || std::holds_alternative<double>(value.value)) return "number";
    if (const JsonArray* list = value.array()) {
        const bool strings =
            std::ranges::all_of(*list, [](const JsonValue& v) { return v.string() != nullptr; });
        return strings ? "strings" : "array";
    }
    return "null";
}

const JsonValue* find(const JsonObject& members, std::string_view name) {
    for (const auto& member : members) {
        if (member.name == name) return &member.value;
    }
    return nullptr;
}

bool is_text(const JsonObject& members, std::string_view name, std::string_view text) {
    const JsonValue* value = find(members, name);
    return value != nullptr && value->string() != nullptr && *value->string() == text;
}

/// The kind that `list` wants for a member, or the refusal that it wants none.
std::optional<CouchRefusal> check_member(const platform::JsonMember& member, const JsonValue& list,
                                         const std::string& where) {
    const JsonValue* wanted = list.find(member.name);
    if (wanted == nullptr) {
        return forbidden("field " + where + member.name + " may not be sent");
    }
    if (kind_of(member.value) != *wanted->string()) {
        return forbidden("field " + where + member.name + " is not of kind " + *wanted->string());
    }
    return {};
}

std::optional<CouchRefusal> check_fields(const JsonValue& allowed, const JsonObject& members,
                                         std::string_view list_name) {
    const JsonValue& list = *allowed.find(list_name);
    for (const auto& member : members) {
        if (member.name.starts_with('_')) continue;
        const JsonValue* wanted = list.find(member.name);
        const JsonValue* nested = wanted == nullptr ? nullptr : allowed.find(*wanted->string());
        if (nested == nullptr || member.value.object() == nullptr) {
            if (auto refusal = check_member(member, list, "")) return refusal;
            continue;
        }
        for (const auto& inner : *member.value.object()) {
            if (auto refusal = check_member(inner, *nested, member.name + ".")) return refusal;
        }
    }
    return {};
}

std::optional<CouchRefusal> check_document(const JsonValue& allowed, const JsonObject& members,
                                           std::string_view list_name, std::size_t size_max) {
    if (auto refusal = check_fields(allowed, members, list_name)) return refusal;
    // The function counts characters, which are as many bytes in what tests send.
    if (platform::to_json(members).size() > size_max) return forbidden("the document is too large");
    return {};
}

}  // namespace

std::optional<CouchRefusal> validate(const JsonValue& allowed, const CouchCandidate& candidate) {
    const bool typed_entry = is_text(candidate.members, "type", "entry");
    if (candidate.id.starts_with(kEntryPrefix)) {
        if (!typed_entry && !candidate.deleted) {
            return forbidden("an entry: document is of type entry");
        }
        if (candidate.deleted) return check_fields(allowed, candidate.members, "ended");
        const bool withdrawn = is_text(candidate.members, "state", "withdrawn");
        return check_document(allowed, candidate.members, withdrawn ? "withdrawn" : "entry",
                              admin::kDocumentSizeMax);
    }
    if (typed_entry) return forbidden("the id of an entry begins with entry:");
    if (candidate.id.starts_with(kHealthPrefix) && !candidate.deleted) {
        if (!is_text(candidate.members, "type", "health"))
            return forbidden("a health: document is of type health");
        return check_document(allowed, candidate.members, "health", admin::kHealthSizeMax);
    }
    const auto may = [&](std::string_view role) {
        return std::ranges::find(candidate.user.roles, role) != candidate.user.roles.end();
    };
    if (!may("_admin") && !may("unified")) {
        return forbidden("only the unified system writes this document");
    }
    return {};
}

}  // namespace tizilim::support
