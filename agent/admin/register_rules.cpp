#include "agent/admin/register_rules.h"

#include "agent/admin/allowed_fields.h"
#include "agent/admin/couch_server.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <algorithm>
#include <cstdint>
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

/// By the role the unified system's own program comes in.
constexpr const char* kUnifiedRole = "unified";
/// A revision is verified by its nearest 100 ancestors.
constexpr std::int64_t kHistoryMin = 101;
constexpr std::int64_t kHistory = 1000;

JsonObject members_of(const RegisterRules& rules) {
    JsonArray names;
    if (!rules.account.empty()) names.emplace_back(rules.account);
    return {
        {"admins", JsonObject{{"names", JsonArray{}}, {"roles", JsonArray{"_admin"}}}},
        {"members", JsonObject{{"names", std::move(names)}, {"roles", JsonArray{kUnifiedRole}}}}};
}

JsonObject design() {
    return {{"_id", "_design/register"},
            {"language", "javascript"},
            {std::string(kAllowedFieldsName), allowed_fields()},
            {"validate_doc_update", validation_function(allowed_fields())}};
}

bool is_same(std::optional<JsonValue> found, const JsonValue& wanted) {
    if (!found || found->object() == nullptr) return false;
    std::erase_if(std::get<JsonObject>(found->value),
                  [](const auto& member) { return member.name == "_rev"; });
    return platform::canonical_json(*found) == platform::canonical_json(wanted);
}

/// Nothing: there is none. Another document of that name has the identity "".
std::optional<std::string> identity_in(CouchServer& server, const std::string& database) {
    const auto document = server.get('/' + database + "/register");
    if (!document) return {};
    const JsonValue* identity = document->find("identity");
    if (identity == nullptr || identity->string() == nullptr) return "";
    return *identity->string();
}

/// express-pouchdb has no such setting, and cuts nothing.
bool cuts_histories(CouchServer& server, const std::string& database) {
    const auto limit = server.get('/' + database + "/_revs_limit");
    return limit && limit->integer() != nullptr && *limit->integer() < kHistoryMin;
}

}  // namespace

std::string_view code_of(Part part) {
    switch (part) {
        case Part::database:
            return "database";
        case Part::identity:
            return "identity";
        case Part::members:
            return "members";
        case Part::rules:
            return "rules";
        case Part::histories:
            return "histories";
        case Part::account:
            break;
    }
    return "account";
}

std::vector<Part> faults_of(CouchServer& server, const RegisterRules& rules) {
    const std::string& database = rules.database;
    if (!server.get('/' + database))
        return {Part::database, Part::identity, Part::members, Part::rules};
    std::vector<Part> faults;
    if (identity_in(server, database) != rules.identity) faults.push_back(Part::identity);
    if (!is_same(server.get('/' + database + "/_security"), members_of(rules)))
        faults.push_back(Part::members);
    if (!is_same(server.get('/' + database + "/_design/register"), design()))
        faults.push_back(Part::rules);
    if (cuts_histories(server, database)) faults.push_back(Part::histories);
    return faults;
}

void mend(CouchServer& server, const RegisterRules& rules, const std::vector<Part>& parts) {
    const std::string database = '/' + rules.database;
    const auto wants = [&](Part part) { return std::ranges::find(parts, part) != parts.end(); };
    if (wants(Part::database)) server.make_database(rules.database);
    // First: between two of these requests nobody may come in who should not.
    if (wants(Part::members)) server.put(database + "/_security", members_of(rules));
    if (wants(Part::identity)) {
        if (identity_in(server, rules.database))
            throw platform::MessageError({"admin.other_identity", {{"database", rules.database}}});
        server.put(database + "/register",
                   JsonObject{{"type", "register"}, {"identity", rules.identity}});
    }
    if (wants(Part::rules)) {
        JsonObject document = design();
        const auto there = server.get(database + "/_design/register");
        const JsonValue* revision = there ? there->find("_rev") : nullptr;
        if (revision != nullptr) document.push_back({"_rev", *revision});
        server.put(database + "/_design/register", document);
    }
    if (wants(Part::histories)) server.put(database + "/_revs_limit", kHistory);
}

}  // namespace tizilim::admin
