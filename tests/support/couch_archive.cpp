#include "tests/support/couch_archive.h"

#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/replication/revision.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/couch_tree.h"
#include "tests/support/couch_validation.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::support {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;

constexpr std::size_t kValuesMax = 20'000'000;

const JsonValue& member(const JsonValue& value, std::string_view name) {
    const JsonValue* found = value.find(name);
    if (found == nullptr) throw ArchiveError("the archive has no " + std::string(name));
    return *found;
}

const std::string& text(const JsonValue& value, std::string_view name) {
    const std::string* found = member(value, name).string();
    if (found == nullptr) throw ArchiveError(std::string(name) + " is no text in the archive");
    return *found;
}

std::uint64_t number(const JsonValue& value, std::string_view name) {
    const std::int64_t* found = member(value, name).integer();
    if (found == nullptr || *found < 0) {
        throw ArchiveError(std::string(name) + " is no number in the archive");
    }
    return static_cast<std::uint64_t>(*found);
}

const JsonArray& list(const JsonValue& value, std::string_view name) {
    const JsonArray* found = member(value, name).array();
    if (found == nullptr) throw ArchiveError(std::string(name) + " is no list in the archive");
    return *found;
}

JsonValue node_json(const CouchDocument& document, const RevisionNode& node) {
    JsonObject json{{"id", document.id}, {"sequence", document.sequence}};
    JsonArray path;
    for (const std::string& id : document.tree.path_of(node).ids) path.emplace_back(id);
    json.push_back({"start", node.revision.generation});
    json.push_back({"path", std::move(path)});
    json.push_back({"deleted", node.deleted});
    json.push_back({"body", node.body.value_or("")});
    return json;
}

/// `allowed` of a design document is read again from its body.
std::optional<JsonValue> allowed_in(const std::string& body) {
    const auto read = platform::read_json('{' + body + '}');
    const JsonValue* allowed = read ? read->find(kAllowedFieldsName) : nullptr;
    if (allowed == nullptr) return {};
    return *allowed;
}

}  // namespace

JsonValue CouchArchive::database_json(const CouchDatabase& database) {
    JsonArray revisions;
    for (const CouchDocument* document : database.changed_after(0)) {
        for (const RevisionNode& node : document->tree.nodes()) {
            if (node.body) revisions.push_back(node_json(*document, node));
        }
    }
    JsonArray locals;
    for (const auto& [id, local] : database.locals()) {
        locals.emplace_back(
            JsonObject{{"id", id}, {"revision", local.revision}, {"body", local.body}});
    }
    return JsonObject{{"sequence", database.sequence()},
                      {"revisions", std::move(revisions)},
                      {"locals", std::move(locals)}};
}

std::string CouchArchive::write(const CouchSnapshot& snapshot) {
    JsonArray databases;
    for (const auto& [name, database] : snapshot.databases) {
        databases.emplace_back(JsonObject{{"name", name}, {"content", database_json(database)}});
    }
    return platform::to_json(
        JsonObject{{"uuid", snapshot.uuid}, {"databases", std::move(databases)}});
}

void CouchArchive::read_database(const JsonValue& value, CouchDatabase& database) {
    for (const JsonValue& revision : list(value, "revisions")) {
        CouchEdit edit{.id = text(revision, "id"), .path = {}, .body = {}, .allowed = {}};
        edit.path.start = static_cast<std::uint32_t>(number(revision, "start"));
        for (const JsonValue& id : list(revision, "path")) {
            if (id.string() == nullptr) throw ArchiveError("a revision's path is no text");
            edit.path.ids.push_back(*id.string());
        }
        if (edit.path.ids.empty()) throw ArchiveError("a revision has no path");
        const bool* deleted = member(revision, "deleted").boolean();
        edit.deleted = deleted != nullptr && *deleted;
        edit.body = text(revision, "body");
        if (edit.id.starts_with("_design/")) edit.allowed = allowed_in(edit.body);
        // The next change gets the number that this document had.
        database.sequence_ = number(revision, "sequence") - 1;
        database.insert(std::move(edit));
    }
    database.sequence_ = number(value, "sequence");
    for (const JsonValue& local : list(value, "locals")) {
        database.locals()[text(local, "id")] = {.revision = number(local, "revision"),
                                                .body = text(local, "body")};
    }
}

CouchSnapshot CouchArchive::read(PeerKind kind, std::string_view archive) {
    const auto read = platform::read_json(archive, {.values_max = kValuesMax});
    if (!read) throw ArchiveError("the archive is not JSON: " + platform::in_english(read.error()));
    CouchSnapshot snapshot{.uuid = text(*read, "uuid"), .databases = {}};
    for (const JsonValue& value : list(*read, "databases")) {
        CouchDatabase database(kind);
        read_database(member(value, "content"), database);
        snapshot.databases.insert_or_assign(text(value, "name"), std::move(database));
    }
    return snapshot;
}

}  // namespace tizilim::support
