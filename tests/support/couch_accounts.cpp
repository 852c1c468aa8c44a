#include "tests/support/couch_accounts.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_routes.h"
#include "tests/support/couch_validation.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

using platform::HttpResponse;
using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Method;
using platform::Unexpected;

constexpr std::string_view kCookieName = "AuthSession=";

HttpResponse wrong_password(PeerKind kind) {
    return error_reply(kind, 401, "unauthorized", "Name or password is incorrect.");
}

JsonArray roles_json(const std::vector<std::string>& roles) {
    JsonArray list;
    for (const std::string& role : roles) list.emplace_back(role);
    return list;
}

}  // namespace

void CouchAccounts::add_user(CouchUser user) {
    const std::string name = user.name;
    users_.insert_or_assign(name, std::move(user));
}

void CouchAccounts::add_token(const std::string& token, const std::string& user_name,
                              bool expired) {
    tokens_.insert_or_assign(token, Token{.user_name = user_name, .expired = expired});
}

CouchAccounts::Answer CouchAccounts::identify(PeerKind kind,
                                              const std::vector<platform::HttpHeader>& headers) {
    if (party()) return std::optional(CouchUserContext{.name = {}, .roles = {"_admin"}});
    if (const std::string* given = find_header(headers, "authorization")) {
        const std::string_view value = *given;
        if (value.starts_with("Bearer ")) return by_token(kind, value.substr(7));
        if (value.starts_with("Basic ")) {
            const auto pair = platform::from_base64(value.substr(6));
            if (!pair || pair->find(':') == std::string::npos) {
                return Unexpected{wrong_password(kind)};
            }
            const std::size_t colon = pair->find(':');
            return by_password(kind, pair->substr(0, colon), pair->substr(colon + 1));
        }
        // PouchDB knows passwords and cookies alone; what else comes is as good as nothing.
        if (kind == PeerKind::pouchdb) return std::optional<CouchUserContext>{};
        return Unexpected{error_reply(kind, 400, "bad_request", "Malformed authorization")};
    }
    if (const std::string* cookie = find_header(headers, "cookie")) return by_cookie(kind, *cookie);
    return std::optional<CouchUserContext>{};
}

CouchAccounts::Answer CouchAccounts::by_password(PeerKind kind, const std::string& name,
                                                 const std::string& password) {
    int& wrong = wrong_passwords_[name];
    if (kind == PeerKind::couchdb && wrong >= kWrongPasswordsMax) {
        return Unexpected{
            error_reply(kind, 403, "forbidden",
                        "Account is temporarily locked due to multiple authentication failures")};
    }
    const auto user = users_.find(name);
    if (user == users_.end() || user->second.password != password) {
        ++wrong;
        return Unexpected{wrong_password(kind)};
    }
    wrong = 0;
    return std::optional(CouchUserContext{.name = name, .roles = user->second.roles});
}

CouchAccounts::Answer CouchAccounts::by_token(PeerKind kind, std::string_view token) const {
    const auto known = tokens_.find(token);
    if (known == tokens_.end()) {
        if (kind == PeerKind::pouchdb) return std::optional<CouchUserContext>{};
        return Unexpected{error_reply(kind, 400, "bad_request", "Malformed token")};
    }
    if (known->second.expired) {
        return Unexpected{error_reply(kind, 401, "unauthorized", "exp not in future")};
    }
    const auto user = users_.find(known->second.user_name);
    if (user == users_.end()) return Unexpected{wrong_password(kind)};
    return std::optional(CouchUserContext{.name = user->first, .roles = user->second.roles});
}

/// An unknown or expired session is as good as none.
CouchAccounts::Answer CouchAccounts::by_cookie(PeerKind kind, std::string_view cookie) const {
    const std::size_t at = cookie.find(kCookieName);
    if (at == std::string_view::npos) return std::optional<CouchUserContext>{};
    std::string_view value = cookie.substr(at + kCookieName.size());
    value = value.substr(0, std::min(value.find(';'), value.size()));
    const auto session = sessions_.find(value);
    if (session == sessions_.end()) return std::optional<CouchUserContext>{};
    const auto user = users_.find(session->second);
    if (user == users_.end()) return Unexpected{wrong_password(kind)};
    return std::optional(CouchUserContext{.name = user->first, .roles = user->second.roles});
}

HttpResponse CouchAccounts::log_in(const CouchRequest& request) {
    auto body = read_body(request);
    if (!body) return body.error();
    const JsonValue* name = body->find("name");
    const JsonValue* password = body->find("password");
    if (name == nullptr || password == nullptr || !name->string() || !password->string()) {
        return error_reply(request.kind, 400, "bad_request", "name and password are needed");
    }
    if (party()) return wrong_password(request.kind);
    const auto answer = by_password(request.kind, *name->string(), *password->string());
    if (!answer) return answer.error();
    if (!answer->has_value()) return wrong_password(request.kind);
    const CouchUserContext& user = **answer;
    const std::string cookie =
        platform::to_base64(user.name + ':' + std::to_string(++sessions_started_));
    sessions_[cookie] = user.name;
    HttpResponse response =
        reply(request.kind, 200,
              platform::to_json(JsonObject{
                  {"ok", true}, {"name", user.name}, {"roles", roles_json(user.roles)}}));
    response.headers.push_back({"set-cookie", std::string(kCookieName) + cookie +
                                                  "; Version=1; Max-Age=600; Path=/; HttpOnly"});
    return response;
}

HttpResponse CouchAccounts::session(const CouchRequest& request) {
    if (request.method == Method::post) return log_in(request);
    if (request.method == Method::del) return reply(request.kind, 200, R"({"ok":true})");
    const JsonValue name = request.user.name.empty() ? JsonValue() : JsonValue(request.user.name);
    return reply(
        request.kind, 200,
        platform::to_json(JsonObject{
            {"ok", true},
            {"userCtx", JsonObject{{"name", name}, {"roles", roles_json(request.user.roles)}}}}));
}

}  // namespace tizilim::support
