#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/couch_accounts.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_routes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::support {
namespace {

using platform::HttpResponse;
using platform::JsonObject;
using platform::JsonValue;
using platform::Method;

constexpr std::string_view kDone = R"({"ok":true})";

std::vector<std::string> texts_in(const JsonValue* list) {
    std::vector<std::string> texts;
    if (list == nullptr || list->array() == nullptr) return texts;
    for (const JsonValue& value : *list->array())
        if (value.string() != nullptr) texts.push_back(*value.string());
    return texts;
}

HttpResponse no_admin(const CouchRequest& request) {
    return error_reply(request.kind, 401, "unauthorized", "You are not a db or server admin.");
}

HttpResponse odd(const CouchRequest& request) {
    return error_reply(request.kind, 400, "bad_request", "invalid_json");
}

}  // namespace

bool is_server_admin(const CouchUserContext& user) {
    return std::ranges::find(user.roles, "_admin") != user.roles.end();
}

HttpResponse security(CouchDatabase& database, const CouchRequest& request) {
    if (request.method == Method::get)
        return reply(request.kind, 200,
                     database.security ? platform::to_json(*database.security) : "{}");
    if (!is_server_admin(request.user)) return no_admin(request);
    auto body = read_body(request);
    if (!body) return body.error();
    if (body->object() == nullptr) return odd(request);
    const JsonValue* members = body->find("members");
    database.members = texts_in(members == nullptr ? nullptr : members->find("names"));
    database.member_roles = texts_in(members == nullptr ? nullptr : members->find("roles"));
    database.security = *std::move(body);
    return reply(request.kind, 200, std::string(kDone));
}

HttpResponse revisions_limit(CouchDatabase& database, const CouchRequest& request) {
    if (request.method == Method::get)
        return reply(request.kind, 200, std::to_string(database.revisions_limit));
    if (!is_server_admin(request.user)) return no_admin(request);
    const auto body = read_body(request);
    if (!body) return body.error();
    if (body->integer() == nullptr) return odd(request);
    database.revisions_limit = *body->integer();
    return reply(request.kind, 200, std::string(kDone));
}

HttpResponse CouchAccounts::user_document(CouchDatabase& users, CouchRequest request) {
    if (!is_server_admin(request.user)) return no_admin(request);
    if (request.path.size() < 2 || request.method != Method::put)
        return route_database(users, request);
    auto read = read_body(request);
    if (!read) return read.error();
    JsonValue body = *std::move(read);
    const JsonValue* name = body.find("name");
    const JsonValue* password = body.find("password");
    if (name == nullptr || name->string() == nullptr) return odd(request);
    const auto known = users_.find(*name->string());
    CouchUser user{.name = *name->string(),
                   .password = known == users_.end() ? std::string() : known->second.password,
                   .roles = texts_in(body.find("roles"))};
    if (password != nullptr && password->string() != nullptr) user.password = *password->string();
    // Both servers keep a digest of it alone.
    std::erase_if(std::get<JsonObject>(body.value),
                  [](const auto& member) { return member.name == "password"; });
    request.body = platform::to_json(body);
    HttpResponse response = route_database(users, request);
    if (response.status == 201) add_user(std::move(user));
    return response;
}

}  // namespace tizilim::support
