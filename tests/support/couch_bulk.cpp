#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/replication/revision.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_documents.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_routes.h"
#include "tests/support/couch_tree.h"
#include "tests/support/couch_validation.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::support {
namespace {

using platform::Expected;
using platform::HttpResponse;
using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Unexpected;

bool is_false(const JsonValue* value) {
    return value != nullptr && value->boolean() != nullptr && !*value->boolean();
}

HttpResponse docs_missing(const CouchRequest& request) {
    return error_reply(request.kind, 400, "bad_request",
                       request.couchdb() ? "POST body must include `docs` parameter."
                                         : "Missing JSON list of 'docs'");
}

/// The list `docs` of the body, taken out of it.
Expected<JsonArray, HttpResponse> read_docs(const CouchRequest& request, JsonValue& body) {
    auto* members = std::get_if<JsonObject>(&body.value);
    if (members == nullptr) {
        return Unexpected{
            error_reply(request.kind, 400, "bad_request", "Request body must be a JSON object")};
    }
    for (auto& member : *members) {
        auto* docs = std::get_if<JsonArray>(&member.value.value);
        if (member.name == "docs" && docs != nullptr) return std::move(*docs);
    }
    return Unexpected{docs_missing(request)};
}

std::optional<HttpResponse> size_refusal(const CouchRequest& request, const JsonValue& value) {
    if (!request.couchdb()) return {};
    if (platform::to_json(value).size() <= request.limits.document_bytes_max) return {};
    const JsonValue* id = value.find("_id");
    const bool named = id != nullptr && id->string() != nullptr;
    return error_reply(request.kind, 413, "document_too_large", named ? *id->string() : "");
}

/// Every document's shape is checked before any is written: one bad one refuses the whole batch.
Expected<std::vector<IncomingDocument>, HttpResponse> read_documents(const CouchRequest& request,
                                                                     JsonArray values,
                                                                     bool new_edits) {
    std::vector<IncomingDocument> documents;
    documents.reserve(values.size());
    // A document can't be too large when the whole request is not.
    const bool measure = request.body.size() > request.limits.document_bytes_max;
    for (JsonValue& value : values) {
        if (measure) {
            if (auto refusal = size_refusal(request, value)) {
                return Unexpected{*std::move(refusal)};
            }
        }
        auto document = read_document(request, value);
        if (!document) return Unexpected{document.error()};
        if (!new_edits && !document->path) {
            return Unexpected{error_reply(request.kind, 400, "bad_request", "Invalid rev format")};
        }
        documents.push_back(*std::move(document));
        if (documents.back().id.empty()) {
            documents.back().id = next_path(documents.back(), {}).ids.front();
        }
    }
    return documents;
}

void append_row(std::string& rows, const JsonObject& row) {
    if (!rows.empty()) rows += ',';
    rows += platform::to_json(row);
}

void append_refusal(std::string& rows, const CouchRequest& request,
                    const IncomingDocument& document, const CouchRefusal& refusal) {
    JsonObject row{{"id", document.id}};
    if (request.couchdb() && document.path) {
        row.push_back({"rev", document.path->revision().to_string()});
    }
    row.push_back({"error", refusal.error});
    row.push_back({"reason", refusal.reason});
    append_row(rows, row);
}

std::optional<CouchRefusal> refusal_of(const CouchDatabase& database, const CouchRequest& request,
                                       const IncomingDocument& document) {
    return database.refusal({.id = document.id,
                             .deleted = document.deleted,
                             .members = document.members,
                             .user = request.user});
}

/// Under which ancestors a replicated revision is written.
RevisionPath replicated_path(const CouchDatabase& database, const CouchRequest& request,
                             const IncomingDocument& document) {
    RevisionPath path = document.path.value_or(RevisionPath{});
    if (request.couchdb() || !database.has_rules() || document.id.starts_with("_design/")) {
        return path;
    }
    // pouchdb-validation overwrites `_revisions` with those of the document it has: a child is then
    // taken for its parent and dropped, and a first revision loses its ancestors. Found by running
    // express-pouchdb 4.2.0; the conformance suite shows it.
    const CouchDocument* known = database.find(document.id);
    if (known != nullptr && !known->tree.winner().deleted) {
        return known->tree.path_of(known->tree.winner());
    }
    path.ids.resize(1);
    return path;
}

void write_replicated(CouchDatabase& database, const CouchRequest& request,
                      IncomingDocument document, std::string& rows) {
    if (request.couchdb()) {
        const CouchDocument* known = database.find(document.id);
        if (known != nullptr && document.path && known->tree.holds(*document.path)) return;
    }
    if (auto refusal = refusal_of(database, request, document)) {
        append_refusal(rows, request, document, *refusal);
        return;
    }
    RevisionPath path = replicated_path(database, request, document);
    database.insert(edit_of(std::move(document), std::move(path)));
}

void write_edit(CouchDatabase& database, const CouchRequest& request, IncomingDocument document,
                std::string& rows) {
    const auto parent = parent_of(database.find(document.id), document);
    std::optional<CouchRefusal> refusal;
    if (!parent) {
        refusal = CouchRefusal{"conflict", "Document update conflict."};
    } else {
        refusal = refusal_of(database, request, document);
    }
    if (refusal) {
        append_refusal(rows, request, document, *refusal);
        return;
    }
    RevisionPath path = next_path(document, *parent);
    append_row(rows, {{"ok", true}, {"id", document.id}, {"rev", path.revision().to_string()}});
    database.insert(edit_of(std::move(document), std::move(path)));
}

struct Wanted {
    std::string id;
    std::optional<store::Revision> revision;
    std::string revision_text;
};

std::optional<Wanted> read_wanted(const JsonValue& value) {
    const JsonValue* id = value.find("id");
    if (id == nullptr || id->string() == nullptr) return {};
    Wanted wanted{.id = *id->string(), .revision = {}, .revision_text = {}};
    if (const JsonValue* revision = value.find("rev")) {
        if (revision->string() == nullptr) return {};
        wanted.revision_text = *revision->string();
        wanted.revision = store::Revision::parse(wanted.revision_text);
        if (!wanted.revision) return {};
    }
    return wanted;
}

/// What is found of `wanted`, each as {"ok": …}; empty when nothing is.
std::string found_json(const CouchDatabase& database, const CouchRequest& request,
                       const Wanted& wanted) {
    const CouchDocument* document = database.find(wanted.id);
    if (document == nullptr) return {};
    std::vector<const RevisionNode*> nodes;
    if (!wanted.revision) {
        nodes.push_back(&document->tree.winner());
    } else if (const RevisionNode* node = document->tree.find(*wanted.revision)) {
        nodes = request.flag("latest") ? document->tree.latest_of(*node)
                                       : std::vector<const RevisionNode*>{node};
    }
    std::string found;
    for (const RevisionNode* node : nodes) {
        if (!node->body) continue;
        if (!found.empty()) found += ',';
        found += R"({"ok":)" +
                 document_json(*document, *node, {.revisions = request.flag("revs")}) + '}';
    }
    return found;
}

std::string miss_json(const CouchRequest& request, const Wanted& wanted) {
    if (!request.couchdb()) {
        if (!wanted.revision) return "{}";
        return platform::to_json(JsonObject{{"missing", wanted.revision_text}});
    }
    const std::string asked = wanted.revision_text.empty() ? "undefined" : wanted.revision_text;
    return platform::to_json(JsonObject{
        {"error",
         JsonObject{
             {"id", wanted.id}, {"rev", asked}, {"error", "not_found"}, {"reason", "missing"}}}});
}

/// The revisions of one id that are not here, and the leaves they may come from.
std::string diff_json(const CouchDatabase& database, const CouchRequest& request,
                      const std::string& id, const JsonArray& asked) {
    const CouchDocument* document = database.find(id);
    std::string missing;
    std::uint32_t generation_max = 0;
    for (const JsonValue& value : asked) {
        const auto revision = store::Revision::parse(value.string() ? *value.string() : "");
        const RevisionNode* node =
            document == nullptr || !revision ? nullptr : document->tree.find(*revision);
        // CouchDB also knows an ancestor whose body it never got.
        if (node != nullptr && (request.couchdb() || node->body)) continue;
        if (!missing.empty()) missing += ',';
        missing += platform::to_json(value);
        if (revision) generation_max = std::max(generation_max, revision->generation);
    }
    if (missing.empty()) return {};
    std::string json = R"({"missing":[)" + missing + ']';
    JsonArray ancestors;
    if (document != nullptr && request.couchdb()) {
        for (const RevisionNode* leaf : document->tree.leaves()) {
            if (leaf->revision.generation >= generation_max) continue;
            ancestors.emplace_back(leaf->revision.to_string());
        }
    }
    if (!ancestors.empty()) json += R"(,"possible_ancestors":)" + platform::to_json(ancestors);
    return json + '}';
}

}  // namespace

HttpResponse bulk_docs(CouchDatabase& database, const CouchRequest& request) {
    auto body = read_body(request);
    if (!body) return body.error();
    JsonValue read = *std::move(body);
    const bool new_edits = !is_false(read.find("new_edits"));
    auto values = read_docs(request, read);
    if (!values) return values.error();
    auto documents = read_documents(request, *std::move(values), new_edits);
    if (!documents) return documents.error();
    std::string rows;
    for (IncomingDocument& document : *std::move(documents)) {
        if (new_edits) {
            write_edit(database, request, std::move(document), rows);
        } else {
            write_replicated(database, request, std::move(document), rows);
        }
    }
    return reply(request.kind, 201, '[' + rows + ']');
}

HttpResponse bulk_get(const CouchDatabase& database, const CouchRequest& request) {
    auto body = read_body(request);
    if (!body) return body.error();
    JsonValue read = *std::move(body);
    auto values = read_docs(request, read);
    if (!values) return values.error();
    std::string rows;
    for (const JsonValue& value : *values) {
        const auto wanted = read_wanted(value);
        if (!wanted) return error_reply(request.kind, 400, "bad_request", "Invalid rev format");
        std::string found = found_json(database, request, *wanted);
        // "Known leaves without `latest`" is the only safe way to ask PouchDB.
        const bool crashes = !request.couchdb() && request.flag("latest") && wanted->revision;
        if (found.empty() && crashes) return {.status = kNoAnswer, .headers = {}, .body = {}};
        if (found.empty()) found = miss_json(request, *wanted);
        std::string row = R"({"id":)";
        platform::append_json_string(row, wanted->id);
        row += R"(,"docs":[)" + found + "]}";
        // PouchDB answers in an order of its own.
        if (!rows.empty()) rows.insert(request.couchdb() ? rows.size() : 0, ",");
        rows.insert(request.couchdb() ? rows.size() : 0, row);
    }
    return reply(request.kind, 200, R"({"results":[)" + rows + "]}");
}

HttpResponse revs_diff(const CouchDatabase& database, const CouchRequest& request) {
    auto body = read_body(request);
    if (!body) return body.error();
    if (body->object() == nullptr) {
        if (!request.couchdb() && body->array() != nullptr) return reply(request.kind, 200, "{}");
        return error_reply(request.kind, 400, "bad_request", "Request body must be a JSON object");
    }
    std::string rows;
    for (const auto& [id, asked] : *body->object()) {
        if (asked.array() == nullptr) {
            if (!request.couchdb()) return {.status = kNoAnswer, .headers = {}, .body = {}};
            return error_reply(request.kind, 400, "bad_request", "Revisions must be a list");
        }
        const std::string diff = diff_json(database, request, id, *asked.array());
        if (diff.empty()) continue;
        if (!rows.empty()) rows += ',';
        platform::append_json_string(rows, id);
        rows += ':' + diff;
    }
    return reply(request.kind, 200, '{' + rows + '}');
}

}  // namespace tizilim::support
