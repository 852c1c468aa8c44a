#include "tests/support/couch_documents.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/replication/revision.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_tree.h"
#include "tests/support/couch_validation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
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
using platform::Unexpected;

constexpr std::array<std::string_view, 7> kSpecialMembers{
    "_id", "_rev", "_revisions", "_deleted", "_revs_info", "_conflicts", "_local_seq"};

std::optional<HttpResponse> id_refusal(const CouchRequest& request, const JsonValue* id) {
    const std::string_view error = request.couchdb() ? "illegal_docid" : "bad_request";
    if (id == nullptr) return {};
    if (id->string() == nullptr) {
        return error_reply(request.kind, 400, error, "_id field must contain a string");
    }
    const std::string& text = *id->string();
    if (text.empty() && request.couchdb()) {
        return error_reply(request.kind, 400, error, "Document id must not be empty");
    }
    if (text.starts_with('_') && !text.starts_with("_design/") && !text.starts_with("_local/")) {
        return error_reply(request.kind, 400, error,
                           "Only reserved document ids may start with underscore.");
    }
    return {};
}

std::optional<HttpResponse> members_refusal(const CouchRequest& request,
                                            const JsonObject& members) {
    for (const auto& member : members) {
        if (!member.name.starts_with('_')) continue;
        // No attachments here: every one of them is a stub for a body that never came.
        if (member.name == "_attachments") {
            return error_reply(request.kind, 412, "missing_stub", "Invalid attachment stub");
        }
        if (std::ranges::find(kSpecialMembers, member.name) == kSpecialMembers.end()) {
            return error_reply(request.kind, request.couchdb() ? 400 : 500, "doc_validation",
                               "Bad special document member: " + member.name);
        }
    }
    return {};
}

std::optional<RevisionPath> read_revisions(const JsonValue& revisions) {
    const JsonValue* start = revisions.find("start");
    const JsonValue* ids = revisions.find("ids");
    if (start == nullptr || ids == nullptr || start->integer() == nullptr ||
        ids->array() == nullptr || ids->array()->empty()) {
        return {};
    }
    RevisionPath path;
    const std::int64_t generation = *start->integer();
    const auto count = static_cast<std::int64_t>(ids->array()->size());
    if (generation < count || generation > std::numeric_limits<std::uint32_t>::max()) return {};
    path.start = static_cast<std::uint32_t>(generation);
    for (const JsonValue& id : *ids->array()) {
        if (id.string() == nullptr || id.string()->empty()) return {};
        path.ids.push_back(*id.string());
    }
    return path;
}

std::optional<RevisionPath> read_revision(const JsonValue& revision) {
    if (revision.string() == nullptr) return {};
    const auto parsed = store::Revision::parse(*revision.string());
    if (!parsed) return {};
    return RevisionPath{.start = parsed->generation, .ids = {parsed->digest}};
}

/// `_revisions` wins over `_rev`, as in both servers.
bool read_path(const JsonValue& value, std::optional<RevisionPath>& path) {
    const JsonValue* revisions = value.find("_revisions");
    const JsonValue* revision = value.find("_rev");
    if (revisions == nullptr && revision == nullptr) return true;
    path = revisions != nullptr ? read_revisions(*revisions) : read_revision(*revision);
    return path.has_value();
}

/// 128 bits of FNV-1a: enough to tell bodies of a test apart, and the same on every machine.
std::string digest_of(std::string_view text) {
    constexpr std::uint64_t kPrime = 1099511628211ULL;
    std::array<std::uint64_t, 2> halves{14695981039346656037ULL, 9650029242287828579ULL};
    for (const char c : text) {
        for (std::uint64_t& half : halves) {
            half = (half ^ static_cast<unsigned char>(c)) * kPrime;
            half ^= half >> 29;
        }
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const std::uint64_t half : halves) {
        for (unsigned shift = 64; shift > 0; shift -= 4) {
            hex += kDigits[(half >> (shift - 4)) & 0xf];
        }
    }
    return hex;
}

std::string members_text(JsonObject members) {
    std::erase_if(members, [](const auto& member) { return member.name.starts_with('_'); });
    std::string text = platform::to_json(JsonValue(std::move(members)));
    text.pop_back();
    text.erase(0, 1);
    return text;
}

void append_revisions(std::string& json, const RevisionPath& path) {
    json += R"(,"_revisions":{"start":)" + std::to_string(path.start) + R"(,"ids":[)";
    for (std::size_t i = 0; i < path.ids.size(); ++i) {
        if (i > 0) json += ',';
        platform::append_json_string(json, path.ids[i]);
    }
    json += "]}";
}

void append_conflicts(std::string& json, const CouchDocument& document) {
    std::string list;
    for (const RevisionNode* leaf : document.tree.leaves()) {
        if (leaf->deleted || leaf == &document.tree.winner()) continue;
        if (!list.empty()) list += ',';
        platform::append_json_string(list, leaf->revision.to_string());
    }
    if (!list.empty()) json += R"(,"_conflicts":[)" + list + ']';
}

}  // namespace

platform::Expected<IncomingDocument, HttpResponse> read_document(const CouchRequest& request,
                                                                 JsonValue& value) {
    if (value.object() == nullptr) {
        return Unexpected{error_reply(request.kind, request.couchdb() ? 400 : 500, "bad_request",
                                      "Document must be a JSON object")};
    }
    const JsonValue* id = value.find("_id");
    if (auto refusal = id_refusal(request, id)) return Unexpected{*std::move(refusal)};
    if (auto refusal = members_refusal(request, *value.object())) {
        return Unexpected{*std::move(refusal)};
    }
    IncomingDocument document;
    if (!read_path(value, document.path)) {
        return Unexpected{error_reply(request.kind, 400, "bad_request", "Invalid rev format")};
    }
    if (id != nullptr) document.id = *id->string();
    const JsonValue* deleted = value.find("_deleted");
    document.deleted = deleted != nullptr && deleted->boolean() != nullptr && *deleted->boolean();
    document.members = std::move(std::get<JsonObject>(value.value));
    return document;
}

CouchEdit edit_of(IncomingDocument document, RevisionPath path) {
    CouchEdit edit{.id = std::move(document.id),
                   .path = std::move(path),
                   .deleted = document.deleted,
                   .body = {},
                   .allowed = {}};
    if (edit.id.starts_with("_design/")) {
        for (const auto& member : document.members) {
            if (member.name == kAllowedFieldsName) edit.allowed = member.value;
        }
    }
    edit.body = members_text(std::move(document.members));
    return edit;
}

RevisionPath next_path(const IncomingDocument& document, RevisionPath parent) {
    const std::string before = parent.ids.empty() ? "" : parent.revision().to_string();
    std::string digest =
        digest_of(before + (document.deleted ? "-" : "+") + members_text(document.members));
    parent.ids.insert(parent.ids.begin(), std::move(digest));
    ++parent.start;
    return parent;
}

std::optional<RevisionPath> parent_of(const CouchDocument* known,
                                      const IncomingDocument& document) {
    if (!document.path) {
        if (known == nullptr) return RevisionPath{};
        const RevisionNode& winner = known->tree.winner();
        if (!winner.deleted) return {};
        return known->tree.path_of(winner);
    }
    if (known == nullptr) return {};
    const RevisionNode* parent = known->tree.find(document.path->revision());
    if (parent == nullptr || !parent->leaf) return {};
    return known->tree.path_of(*parent);
}

std::string document_json(const CouchDocument& document, const RevisionNode& node,
                          DocumentExtras extras) {
    std::string json = R"({"_id":)";
    platform::append_json_string(json, document.id);
    json += R"(,"_rev":)";
    platform::append_json_string(json, node.revision.to_string());
    if (node.deleted) json += R"(,"_deleted":true)";
    if (node.body && !node.body->empty()) json += ',' + *node.body;
    if (extras.revisions) append_revisions(json, document.tree.path_of(node));
    if (extras.conflicts) append_conflicts(json, document);
    json += '}';
    return json;
}

}  // namespace tizilim::support
