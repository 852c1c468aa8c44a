#include "tests/support/couch_model.h"

#include "platform/network/http_transport.h"
#include "platform/text/gzip.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_routes.h"
#include "tests/support/couch_validation.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::support {
namespace {

using platform::HttpRequest;
using platform::HttpResponse;
using platform::JsonArray;
using platform::JsonObject;
using platform::Method;

/// PouchDB's answers are compressed from this size on (npm `compression`).
constexpr std::size_t kCompressedFrom = 1024;

bool named_well(std::string_view name) {
    if (name.empty() || std::islower(static_cast<unsigned char>(name[0])) == 0) return false;
    return std::ranges::all_of(name, [](unsigned char c) {
        return std::islower(c) != 0 || std::isdigit(c) != 0 ||
               std::string_view("_$()+-/").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// PouchDB calls its JSON text unless it is asked for by name.
void name_type(const HttpRequest& request, HttpResponse& response) {
    const std::string* accepted = find_header(request.headers, "accept");
    if (accepted == nullptr || accepted->find("application/json") == std::string::npos) return;
    for (platform::HttpHeader& header : response.headers) {
        if (header.name == "content-type") header.value = "application/json";
    }
}

bool lets_in(const CouchDatabase& database, const CouchUserContext& user) {
    if (database.members.empty() && database.member_roles.empty()) return true;
    const auto has_role = [&](const std::string& role) {
        return std::ranges::find(user.roles, role) != user.roles.end();
    };
    return is_server_admin(user) || std::ranges::any_of(database.member_roles, has_role) ||
           std::ranges::find(database.members, user.name) != database.members.end();
}

void compress(const HttpRequest& request, HttpResponse& response) {
    const std::string* accepted = find_header(request.headers, "accept-encoding");
    if (accepted == nullptr || accepted->find("gzip") == std::string::npos) return;
    if (response.body.size() < kCompressedFrom) return;
    response.body = platform::gzip(response.body);
    response.headers.push_back({"content-encoding", "gzip"});
}

}  // namespace

CouchModel::CouchModel(PeerKind kind, std::uint64_t seed) : kind_(kind), random_(seed) {
    change_uuid();
}

CouchDatabase* CouchModel::database(const std::string& name) {
    const auto found = state_.databases.find(name);
    return found == state_.databases.end() ? nullptr : &found->second;
}

CouchDatabase& CouchModel::create_database(const std::string& name) {
    return state_.databases.try_emplace(name, kind_).first->second;
}

std::optional<HttpResponse> CouchModel::faulty(const std::string& url) {
    if (faults_.empty() || url.find(faults_.front().path_part) == std::string::npos) return {};
    const CouchFault fault = std::move(faults_.front());
    faults_.pop_front();
    return HttpResponse{.status = fault.status, .headers = fault.headers, .body = fault.body};
}

/// What is refused before the body is looked at.
std::optional<HttpResponse> CouchModel::refuse_unread(const HttpRequest& request) const {
    const bool couchdb = kind_ == PeerKind::couchdb;
    const bool long_line =
        request.url.size() > CouchLimits::kHeaderLineMax ||
        std::ranges::any_of(request.headers, [](const platform::HttpHeader& header) {
            return header.name.size() + header.value.size() + 2 > CouchLimits::kHeaderLineMax;
        });
    if (couchdb && long_line) return HttpResponse{.status = 400, .headers = {}, .body = {}};
    if (request.body.size() > limits_.request_bytes_max) {
        return error_reply(kind_, 413, "too_large", "the request entity is too large");
    }
    return {};
}

std::optional<HttpResponse> CouchModel::inflate(const HttpRequest& request,
                                                CouchRequest& read) const {
    const std::string* encoding = find_header(request.headers, "content-encoding");
    if (encoding == nullptr || *encoding == "identity") {
        read.body = request.body;
        return {};
    }
    if (*encoding != "gzip") return error_reply(kind_, 415, "bad_content_type", "unknown encoding");
    auto inflated = platform::gunzip(request.body, limits_.inflated_bytes_max);
    if (!inflated) return error_reply(kind_, 400, "bad_request", "invalid_json");
    read.body = *std::move(inflated);
    return {};
}

HttpResponse CouchModel::handle(const HttpRequest& request) {
    if (auto answer = faulty(request.url)) return *std::move(answer);
    if (auto answer = refuse_unread(request)) return *std::move(answer);
    CouchRequest read{.kind = kind_,
                      .limits = limits_,
                      .method = request.method,
                      .path = {},
                      .query = {},
                      .body = {},
                      .user = {},
                      .origin = {}};
    if (!read_target(request.url, read)) {
        return error_reply(kind_, 400, "bad_request", "the path can't be read");
    }
    if (auto answer = inflate(request, read)) return *std::move(answer);
    if (const std::string* known = find_header(request.headers, "if-none-match"))
        read.unless_match = *known;
    auto user = accounts_.identify(kind_, request.headers);
    if (!user) return user.error();
    const bool known_user = user->has_value();
    if (known_user) read.user = **user;
    HttpResponse response = route(read, known_user);
    if (kind_ == PeerKind::pouchdb) {
        name_type(request, response);
        compress(request, response);
    }
    return response;
}

HttpResponse CouchModel::welcome() const {
    if (kind_ == PeerKind::pouchdb) {
        return reply(kind_, 200,
                     platform::to_json(JsonObject{
                         {"express-pouchdb", "Welcome!"},
                         {"version", "4.2.0"},
                         {"pouchdb-adapters", JsonArray{"leveldb"}},
                         {"vendor", JsonObject{{"name", "PouchDB authors"}, {"version", "4.2.0"}}},
                         {"uuid", state_.uuid}}));
    }
    return reply(kind_, 200,
                 platform::to_json(JsonObject{
                     {"couchdb", "Welcome"},
                     {"version", "3.5.0"},
                     {"git_sha", "11f0d3643"},
                     {"uuid", state_.uuid},
                     {"features", JsonArray{"access-ready", "partitioned",
                                            "pluggable-storage-engines", "reshard", "scheduler"}},
                     {"vendor", JsonObject{{"name", "The Apache Software Foundation"}}}}));
}

HttpResponse CouchModel::route(const CouchRequest& request, bool known_user) {
    if (request.path.empty()) return welcome();
    if (request.path[0] == "_session") return accounts_.session(request);
    if (!known_user) {
        return error_reply(kind_, 401, "unauthorized", "You are not authorized to access this db.");
    }
    if (request.path[0] == "_users")
        return accounts_.user_document(create_database("_users"), request);
    CouchDatabase* known = database(request.path[0]);
    const bool names_it_alone = request.path.size() == 1;
    const bool looks_at_it = known != nullptr && request.method == Method::get;
    if (names_it_alone && !looks_at_it) return route_name(request);
    if (known == nullptr) {
        return error_reply(kind_, 404, "not_found",
                           request.couchdb() ? "Database does not exist." : "no_db_file");
    }
    if (!lets_in(*known, request.user)) return outsider(request);
    return names_it_alone ? route_name(request) : route_database(*known, request);
}

/// The database itself: made, shown or dropped.
HttpResponse CouchModel::route_name(const CouchRequest& request) {
    const std::string& name = request.path[0];
    CouchDatabase* known = database(name);
    if (request.method == Method::put) {
        if (known != nullptr) {
            return error_reply(kind_, 412, "file_exists", "The database could not be created.");
        }
        if (request.couchdb() && !named_well(name)) {
            return error_reply(kind_, 400, "illegal_database_name", "Name: '" + name + "'.");
        }
        create_database(name);
        return reply(kind_, 201, R"({"ok":true})");
    }
    if (request.method == Method::del && !request.couchdb()) {
        // PouchDB deletes what it does not have, too.
        state_.databases.erase(name);
        return reply(kind_, 200, R"({"ok":true})");
    }
    if (known == nullptr) {
        return error_reply(kind_, 404, "not_found",
                           request.couchdb() ? "Database does not exist." : "no_db_file");
    }
    if (request.method == Method::del) {
        state_.databases.erase(name);
        return reply(kind_, 200, R"({"ok":true})");
    }
    if (request.method == Method::post) {
        return error_reply(kind_, 405, "method_not_allowed", "Only DELETE,GET,HEAD,PUT allowed");
    }
    return reply(kind_, 200,
                 R"({"db_name":)" + platform::to_json(name) + R"(,"doc_count":)" +
                     std::to_string(known->count()) + R"(,"update_seq":)" +
                     sequence_json(kind_, known->sequence()) + R"(,"instance_start_time":"0"})");
}

/// A user of another database. PouchDB answers `_bulk_docs` with a row for each document.
HttpResponse CouchModel::outsider(const CouchRequest& request) const {
    if (request.couchdb()) {
        return error_reply(kind_, 403, "forbidden", "You are not allowed to access this db.");
    }
    constexpr std::string_view kReason = "You are not authorized to access this db.";
    if (request.path.size() < 2 || request.path[1] != "_bulk_docs")
        return error_reply(kind_, 401, "unauthorized", kReason);
    const auto body = platform::read_json(request.body);
    const platform::JsonValue* docs = body ? body->find("docs") : nullptr;
    if (docs == nullptr || docs->array() == nullptr) {
        return error_reply(kind_, 400, "bad_request", "Missing JSON list of 'docs'");
    }
    JsonArray rows;
    for (const platform::JsonValue& value : *docs->array()) {
        const platform::JsonValue* id = value.find("_id");
        rows.emplace_back(JsonObject{{"id", id == nullptr ? platform::JsonValue() : *id},
                                     {"error", "unauthorized"},
                                     {"reason", kReason}});
    }
    return reply(kind_, 201, platform::to_json(rows));
}

}  // namespace tizilim::support
