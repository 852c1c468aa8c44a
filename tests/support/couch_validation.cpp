#include "tests/support/couch_validation.h"

#include "platform/text/json.h"

#include <algorithm>
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

}  // namespace

const JsonValue& allowed_fields() {
    static const JsonValue lists = JsonObject{
        {"entry", JsonObject{{"by", "string"},
                             {"type", "string"},
                             {"schema", "number"},
                             {"language", "string"},
                             {"state", "string"},
                             {"applicationDate", "string"},
                             {"recordedAt", "string"},
                             {"late", "boolean"},
                             {"basis", "basis"},
                             {"form", "string"},
                             {"minutes", "number"},
                             {"essence", "string"},
                             {"withheld", "strings"},
                             {"narrowed", "strings"},
                             {"raised", "strings"},
                             {"commitment", "string"},
                             {"eds", "eds"}}},
        {"basis", JsonObject{{"type", "string"}, {"date", "string"}}},
        {"eds", JsonObject{{"algorithm", "string"}, {"signedAt", "string"}, {"cms", "string"}}},
        {"withdrawn", JsonObject{{"type", "string"}, {"schema", "number"}, {"state", "string"}}},
        {"ended", JsonObject{{"into", "string"}}}};
    return lists;
}

std::string validation_function(const JsonValue& allowed) {
    return "function (doc, old, user) {\n  var lists = " + platform::to_json(allowed) +
           R"JS(;
  function refuse(reason) { throw({forbidden: reason}); }
  function kind(value) {
    if (value === null) return "null";
    if (!Array.isArray(value)) return typeof value;
    return value.every(function (v) { return typeof v === "string"; }) ? "strings" : "array";
  }
  function has(list, name) { return Object.prototype.hasOwnProperty.call(list, name); }
  function checkMember(name, value, list, where) {
    if (!has(list, name)) refuse("field " + where + name + " may not be sent");
    if (kind(value) !== list[name]) {
      refuse("field " + where + name + " is not of kind " + list[name]);
    }
  }
  function check(members, list) {
    Object.keys(members).forEach(function (name) {
      if (name.charAt(0) === "_") return;
      var value = members[name];
      if (!has(list, name) || !has(lists, list[name]) || kind(value) !== "object") {
        checkMember(name, value, list, "");
        return;
      }
      Object.keys(value).forEach(function (inner) {
        checkMember(inner, value[inner], lists[list[name]], name + ".");
      });
    });
  }
  if (doc._id.indexOf("entry:") === 0) {
    if (doc.type !== "entry" && !doc._deleted) refuse("an entry: document is of type entry");
    if (doc._deleted) return check(doc, lists.ended);
    check(doc, doc.state === "withdrawn" ? lists.withdrawn : lists.entry);
    return;
  }
  if (doc.type === "entry") refuse("the id of an entry begins with entry:");
  if (user.roles.indexOf("_admin") < 0 && user.roles.indexOf("unified") < 0) {
    refuse("only the unified system writes this document");
  }
}
)JS";
}

std::optional<CouchRefusal> validate(const JsonValue& allowed, const CouchCandidate& candidate) {
    const bool typed_entry = is_text(candidate.members, "type", "entry");
    if (candidate.id.starts_with(kEntryPrefix)) {
        if (!typed_entry && !candidate.deleted) {
            return forbidden("an entry: document is of type entry");
        }
        if (candidate.deleted) return check_fields(allowed, candidate.members, "ended");
        const bool withdrawn = is_text(candidate.members, "state", "withdrawn");
        return check_fields(allowed, candidate.members, withdrawn ? "withdrawn" : "entry");
    }
    if (typed_entry) return forbidden("the id of an entry begins with entry:");
    const auto may = [&](std::string_view role) {
        return std::ranges::find(candidate.user.roles, role) != candidate.user.roles.end();
    };
    if (!may("_admin") && !may("unified")) {
        return forbidden("only the unified system writes this document");
    }
    return {};
}

}  // namespace tizilim::support
