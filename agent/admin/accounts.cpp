#include "agent/admin/accounts.h"

#include "agent/admin/couch_server.h"
#include "platform/text/json.h"
#include "sync/couch/wire.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;

constexpr std::string_view kUserPrefix = "org.couchdb.user:";
constexpr const char* kOurs = "tizilim";

std::string text_in(const JsonValue& json, std::string_view name) {
    const JsonValue* value = json.find(name);
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

std::optional<Register> register_of(const JsonValue& document) {
    const JsonValue* ours = document.find(kOurs);
    if (ours == nullptr) return {};
    const JsonValue* revoked = ours->find("revoked");
    Register found{.database = text_in(*ours, "database"),
                   .user = text_in(document, "name"),
                   .identity = text_in(*ours, "identity"),
                   .lawyer = text_in(*ours, "lawyer"),
                   .iin = text_in(*ours, "iin"),
                   .revoked = revoked != nullptr && *revoked == JsonValue(true),
                   .revision = text_in(document, "_rev")};
    if (found.database.empty() || found.user.empty() || found.identity.empty()) return {};
    return found;
}

}  // namespace

std::vector<Register> registers_of(CouchServer& server) {
    std::vector<Register> registers;
    const auto answer = server.get("/_users/_all_docs?include_docs=true");
    const JsonValue* rows = answer ? answer->find("rows") : nullptr;
    if (rows == nullptr || rows->array() == nullptr) return registers;
    for (const JsonValue& row : *rows->array()) {
        const JsonValue* document = row.find("doc");
        if (document == nullptr) continue;
        if (auto found = register_of(*document)) registers.push_back(*std::move(found));
    }
    std::ranges::sort(registers, {}, &Register::database);
    return registers;
}

std::optional<Register> find_register(const std::vector<Register>& registers,
                                      std::string_view name) {
    std::optional<Register> found;
    for (const Register& one : registers) {
        if (name.empty() || (one.database != name && one.user != name && one.iin != name)) continue;
        if (found) return {};
        found = one;
    }
    return found;
}

void write_account(CouchServer& server, const Register& account, const std::string& password) {
    const std::string id = std::string(kUserPrefix) + account.user;
    JsonObject document{{"_id", id},
                        {"type", "user"},
                        {"name", account.user},
                        {"roles", JsonArray{}},
                        {"password", password},
                        {kOurs, JsonObject{{"database", account.database},
                                           {"identity", account.identity},
                                           {"lawyer", account.lawyer},
                                           {"iin", account.iin},
                                           {"revoked", account.revoked}}}};
    if (!account.revision.empty()) document.push_back({"_rev", account.revision});
    server.put("/_users/" + sync::wire::url_encode(id), document);
}

}  // namespace tizilim::admin
