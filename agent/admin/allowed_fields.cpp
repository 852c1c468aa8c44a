#include "agent/admin/allowed_fields.h"

#include "platform/text/json.h"

#include <string>

namespace tizilim::admin {

using platform::JsonObject;
using platform::JsonValue;

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
        {"ended", JsonObject{{"into", "string"}}},
        {"health", JsonObject{{"type", "string"},
                              {"schema", "number"},
                              {"version", "string"},
                              {"state", "string"},
                              {"writtenAt", "string"},
                              {"waitingSeconds", "number"},
                              {"backupSeconds", "number"},
                              {"balanceError", "number"}}}};
    return lists;
}

std::string validation_function(const JsonValue& allowed) {
    return "function (doc, old, user) {\n  var lists = " + platform::to_json(allowed) +
           ";\n  var sizeMax = " + std::to_string(kDocumentSizeMax) +
           ";\n  var healthSizeMax = " + std::to_string(kHealthSizeMax) + R"JS(;
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
    if (JSON.stringify(doc).length > sizeMax) refuse("the document is too large");
    return;
  }
  if (doc.type === "entry") refuse("the id of an entry begins with entry:");
  if (doc._id.indexOf("health:") === 0 && !doc._deleted) {
    if (doc.type !== "health") refuse("a health: document is of type health");
    check(doc, lists.health);
    if (JSON.stringify(doc).length > healthSizeMax) refuse("the document is too large");
    return;
  }
  if (user.roles.indexOf("_admin") < 0 && user.roles.indexOf("unified") < 0) {
    refuse("only the unified system writes this document");
  }
}
)JS";
}

}  // namespace tizilim::admin
