#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/replication/revision.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_documents.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_routes.h"
#include "tests/support/couch_tree.h"
#include "tests/support/couch_validation.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

using platform::HttpResponse;
using platform::JsonObject;
using platform::JsonValue;
using platform::Method;

HttpResponse missing(const CouchRequest& request, std::string_view reason = "missing") {
    return error_reply(request.kind, 404, "not_found", reason);
}

HttpResponse conflict(const CouchRequest& request) {
    return error_reply(request.kind, 409, "conflict", "Document update conflict.");
}

HttpResponse wrong_method(const CouchRequest& request, std::string_view allowed) {
    // PouchDB takes the path for a document's id then.
    if (!request.couchdb() && request.method == Method::put) {
        return error_reply(request.kind, 400, "bad_request",
                           "Only reserved document ids may start with underscore.");
    }
    if (!request.couchdb()) return missing(request);
    return error_reply(request.kind, 405, "method_not_allowed",
                       "Only " + std::string(allowed) + " allowed");
}

HttpResponse written(const CouchRequest& request, int status, const std::string& id,
                     const std::string& revision) {
    return reply(request.kind, status,
                 platform::to_json(JsonObject{{"ok", true}, {"id", id}, {"rev", revision}}));
}

std::string document_id(const CouchRequest& request) {
    std::string id = request.path[1];
    for (std::size_t i = 2; i < request.path.size(); ++i) id += '/' + request.path[i];
    return id;
}

HttpResponse open_revisions(const CouchDocument* document, const CouchRequest& request) {
    const std::string& asked = *request.parameter("open_revs");
    std::string rows;
    const auto add = [&](const std::string& row) { rows += (rows.empty() ? "" : ",") + row; };
    const DocumentExtras extras{.revisions = request.flag("revs")};
    if (asked == "all") {
        if (document == nullptr) return missing(request);
        for (const RevisionNode* leaf : document->tree.leaves()) {
            add(R"({"ok":)" + document_json(*document, *leaf, extras) + '}');
        }
        return reply(request.kind, 200, '[' + rows + ']');
    }
    const auto list = platform::read_json(asked);
    if (!list || list->array() == nullptr) {
        return error_reply(request.kind, 400, "bad_request", "open_revs must be a list");
    }
    for (const JsonValue& value : *list->array()) {
        const auto revision = store::Revision::parse(value.string() ? *value.string() : "");
        const RevisionNode* node =
            document == nullptr || !revision ? nullptr : document->tree.find(*revision);
        add(node != nullptr && node->body
                ? R"({"ok":)" + document_json(*document, *node, extras) + '}'
                : platform::to_json(JsonObject{{"missing", value}}));
    }
    return reply(request.kind, 200, '[' + rows + ']');
}

/// CouchDB's answer to a plain question says which revision it is; PouchDB's does not.
void name_revision(const CouchRequest& request, const RevisionNode& node, HttpResponse& response) {
    const std::string tag = '"' + node.revision.to_string() + '"';
    response.headers.push_back({"etag", tag});
    if (request.unless_match != tag) return;
    response.status = 304;
    response.body.clear();
}

HttpResponse get_document(const CouchDatabase& database, const CouchRequest& request) {
    const CouchDocument* document = database.find(document_id(request));
    if (request.parameter("open_revs") != nullptr) return open_revisions(document, request);
    if (document == nullptr) return missing(request);
    const RevisionNode* node = &document->tree.winner();
    if (const std::string* asked = request.parameter("rev")) {
        const auto revision = store::Revision::parse(*asked);
        if (!revision) return error_reply(request.kind, 400, "bad_request", "Invalid rev format");
        node = document->tree.find(*revision);
    } else if (node->deleted) {
        return missing(request, request.couchdb() ? "deleted" : "missing");
    }
    if (node == nullptr || !node->body) return missing(request);
    HttpResponse response = reply(
        request.kind, 200,
        document_json(*document, *node,
                      {.revisions = request.flag("revs"), .conflicts = request.flag("conflicts")}));
    if (request.couchdb() && request.query.empty()) name_revision(request, *node, response);
    return response;
}

HttpResponse write_document(CouchDatabase& database, const CouchRequest& request,
                            IncomingDocument document) {
    document.id = document_id(request);
    if (const std::string* revision = request.parameter("rev"); revision && !document.path) {
        const auto parsed = store::Revision::parse(*revision);
        if (!parsed) return error_reply(request.kind, 400, "bad_request", "Invalid rev format");
        document.path = RevisionPath{.start = parsed->generation, .ids = {parsed->digest}};
    }
    const auto parent = parent_of(database.find(document.id), document);
    if (!parent) return conflict(request);
    const auto refusal = database.refusal({.id = document.id,
                                           .deleted = document.deleted,
                                           .members = document.members,
                                           .user = request.user});
    if (refusal) {
        return error_reply(request.kind, refusal->error == "unauthorized" ? 401 : 403,
                           refusal->error, refusal->reason);
    }
    RevisionPath path = next_path(document, *parent);
    const HttpResponse done = written(request, request.method == Method::del ? 200 : 201,
                                      document.id, path.revision().to_string());
    database.insert(edit_of(std::move(document), std::move(path)));
    return done;
}

HttpResponse put_document(CouchDatabase& database, const CouchRequest& request) {
    auto body = read_body(request);
    if (!body) return body.error();
    if (request.couchdb() && request.body.size() > request.limits.document_bytes_max) {
        return error_reply(request.kind, 413, "document_too_large", document_id(request));
    }
    JsonValue value = *std::move(body);
    auto document = read_document(request, value);
    if (!document) return document.error();
    const std::string id = document_id(request);
    if (id.starts_with('_') && !id.starts_with("_design/")) {
        return error_reply(request.kind, 400, request.couchdb() ? "illegal_docid" : "bad_request",
                           "Only reserved document ids may start with underscore.");
    }
    return write_document(database, request, *std::move(document));
}

HttpResponse delete_document(CouchDatabase& database, const CouchRequest& request) {
    const CouchDocument* document = database.find(document_id(request));
    if (document == nullptr || document->tree.winner().deleted) return missing(request);
    return write_document(database, request,
                          {.id = {}, .path = {}, .deleted = true, .members = {}});
}

HttpResponse post_only(const CouchRequest& request, std::string_view answer, int status) {
    if (request.method != Method::post) return wrong_method(request, "POST");
    return reply(request.kind, status, std::string(answer));
}

std::uint64_t local_revision(const JsonValue& body) {
    const JsonValue* given = body.find("_rev");
    if (given == nullptr || given->string() == nullptr) return 0;
    std::string_view text = *given->string();
    if (!text.starts_with("0-")) return 0;
    text.remove_prefix(2);
    std::uint64_t revision = 0;
    std::from_chars(text.data(), text.data() + text.size(), revision);
    return revision;
}

HttpResponse put_local(CouchDatabase& database, const CouchRequest& request,
                       const std::string& id) {
    auto body = read_body(request);
    if (!body) return body.error();
    if (body->object() == nullptr) {
        return error_reply(request.kind, 400, "bad_request", "Document must be a JSON object");
    }
    const std::uint64_t given = local_revision(*body);
    const auto known = database.locals().find(id);
    const std::uint64_t current = known == database.locals().end() ? 0 : known->second.revision;
    // CouchDB lets the last writer win; PouchDB wants the revision.
    if (!request.couchdb() && given != current) return conflict(request);
    RevisionPath path{.start = 1, .ids = {"local"}};
    JsonValue value = *std::move(body);
    CouchEdit edit = edit_of({.id = id,
                              .path = {},
                              .deleted = false,
                              .members = std::move(std::get<JsonObject>(value.value))},
                             std::move(path));
    database.locals()[id] = {.revision = given + 1, .body = std::move(edit.body)};
    return written(request, 201, id, "0-" + std::to_string(given + 1));
}

}  // namespace

platform::Expected<JsonValue, HttpResponse> read_body(const CouchRequest& request) {
    auto read = platform::read_json(request.body);
    if (read) return *std::move(read);
    return platform::Unexpected{
        error_reply(request.kind, 400, "bad_request",
                    request.couchdb() ? "invalid UTF-8 JSON" : "invalid_json")};
}

HttpResponse single_document(CouchDatabase& database, const CouchRequest& request) {
    switch (request.method) {
        case Method::get:
            return get_document(database, request);
        case Method::put:
            return put_document(database, request);
        case Method::del:
            return delete_document(database, request);
        case Method::post:
            break;
    }
    return wrong_method(request, "DELETE,GET,HEAD,PUT");
}

HttpResponse local_document(CouchDatabase& database, const CouchRequest& request) {
    const std::string id = document_id(request);
    if (request.method == Method::put) return put_local(database, request, id);
    if (request.method == Method::post) return wrong_method(request, "DELETE,GET,PUT");
    const auto known = database.locals().find(id);
    if (known == database.locals().end()) return missing(request);
    if (request.method == Method::del) {
        database.locals().erase(known);
        return written(request, 200, id, "0-0");
    }
    std::string json = R"({"_id":)";
    platform::append_json_string(json, id);
    json += R"(,"_rev":"0-)" + std::to_string(known->second.revision) + '"';
    if (!known->second.body.empty()) json += ',' + known->second.body;
    return reply(request.kind, 200, json + '}');
}

HttpResponse route_database(CouchDatabase& database, const CouchRequest& request) {
    const std::string& resource = request.path[1];
    const bool post = request.method == Method::post;
    const bool get = request.method == Method::get;
    if (resource == "_local") return local_document(database, request);
    if (resource == "_design") return single_document(database, request);
    if (resource == "_bulk_docs") {
        return post ? bulk_docs(database, request) : wrong_method(request, "POST");
    }
    if (resource == "_bulk_get") {
        return post ? bulk_get(database, request) : wrong_method(request, "POST");
    }
    if (resource == "_revs_diff") {
        return post ? revs_diff(database, request) : wrong_method(request, "POST");
    }
    if (resource == "_changes") {
        return get || post ? changes(database, request) : wrong_method(request, "GET,HEAD,POST");
    }
    if (resource == "_all_docs") {
        return get ? all_docs(database, request) : wrong_method(request, "GET,HEAD,POST");
    }
    if (resource == "_security") return security(database, request);
    if (resource == "_revs_limit" && request.couchdb()) return revisions_limit(database, request);
    if (resource == "_ensure_full_commit") {
        return post_only(request, R"({"ok":true,"instance_start_time":"0"})", 201);
    }
    if (resource == "_compact") {
        if (post) database.compact();
        return post_only(request, R"({"ok":true})", 202);
    }
    return single_document(database, request);
}

}  // namespace tizilim::support
