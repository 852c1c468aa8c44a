#include "sync/couch/wire.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "sync/couch/answer.h"
#include "sync/couch/tuning.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::sync::wire {
namespace {

using platform::JsonArray;
using platform::JsonMember;
using platform::JsonObject;
using platform::JsonValue;
using store::Leaf;

/// Names of the document's frame, written by us or by the server on request.
constexpr std::array<std::string_view, 9> kFrameNames = {
    "_id",        "_rev",       "_revisions",         "_deleted",  "_attachments",
    "_conflicts", "_revs_info", "_deleted_conflicts", "_local_seq"};
/// The tag of a first revision: in which pass of the feed it was sent (README, "Own echo").
constexpr std::string_view kTagName = "by";
constexpr std::size_t kNonceBytesMax = 64;

const std::string* text_of(const JsonValue& json, std::string_view name) {
    const JsonValue* value = json.find(name);
    return value == nullptr ? nullptr : value->string();
}

void append_revisions(std::string& out, const store::DisclosedEntry& entry) {
    out +=
        R"(,"_revisions":{"start":)" + std::to_string(entry.revision().generation) + R"(,"ids":[)";
    platform::append_json_string(out, entry.revision().digest);
    for (const std::string& digest : entry.ancestors()) {
        out += ',';
        platform::append_json_string(out, digest);
    }
    out += "]}";
}

std::optional<ChangeRow> change_row(const JsonValue& json, std::size_t& skipped) {
    const std::string* id = text_of(json, "id");
    const JsonValue* changes = json.find("changes");
    if (id == nullptr || changes == nullptr || changes->array() == nullptr) return {};
    ChangeRow row{*id, {}};
    for (const JsonValue& change : *changes->array()) {
        const std::string* revision = text_of(change, "rev");
        if (revision == nullptr) {
            ++skipped;
        } else {
            row.revisions.push_back(*revision);
        }
    }
    return row;
}

/// A `since`: a string as it came, a number or array as JSON. Nothing for anything else.
std::optional<std::string> sequence_of(const JsonValue* json) {
    if (json == nullptr || std::holds_alternative<std::nullptr_t>(json->value) ||
        json->boolean() != nullptr || json->object() != nullptr) {
        return {};
    }
    std::string text = json->string() != nullptr ? *json->string() : platform::to_json(*json);
    if (text.empty() || url_encode(text).size() > kSinceBytesMax) return {};
    return text;
}

bool is_digest(const std::string* text) {
    return text != nullptr && !text->empty() && text->size() <= store::Revision::kDigestBytesMax;
}

/// The ancestors' digests, newest first. Nothing when `_revisions` does not fit `revision`.
std::optional<std::vector<std::string>> ancestors_of(const JsonValue& json,
                                                     const store::Revision& revision) {
    const JsonValue* revisions = json.find("_revisions");
    if (revisions == nullptr) {
        if (revision.generation > 1) return {};
        return std::vector<std::string>{};
    }
    const JsonValue* start = revisions->find("start");
    const JsonValue* ids = revisions->find("ids");
    if (start == nullptr || start->integer() == nullptr || ids == nullptr) return {};
    const JsonArray* digests = ids->array();
    if (digests == nullptr || digests->empty() || digests->size() > kAncestorsMax) return {};
    if (*start->integer() != std::int64_t{revision.generation}) return {};
    if (digests->size() > revision.generation) return {};
    std::vector<std::string> ancestors;
    std::size_t bytes = 0;
    for (const JsonValue& digest : *digests) {
        if (!is_digest(digest.string())) return {};
        bytes += digest.string()->size();
        if (bytes > kAncestorsBytesMax) return {};
        ancestors.push_back(*digest.string());
    }
    if (ancestors.front() != revision.digest) return {};
    ancestors.erase(ancestors.begin());
    return ancestors;
}

bool is_uuid(std::string_view text) {
    constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::ranges::equal(text, kShape, [](char c, char shape) {
        if (shape == '-') return c == '-';
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

}  // namespace

std::string encode(const store::DisclosedEntry& entry, std::string_view tag) {
    const std::string& body = entry.body();
    CHECK(entry.revision().generation > 0);
    CHECK(body.size() > 1 && body.front() == '{' && body.back() == '}');
    std::string out = R"({"_id":)";
    out.reserve(body.size() + 160);
    platform::append_json_string(out, entry.document_id());
    out += R"(,"_rev":)";
    platform::append_json_string(out, entry.revision().to_string());
    if (entry.revision().generation > 1) append_revisions(out, entry);
    if (entry.deleted()) out += R"(,"_deleted":true)";
    if (!tag.empty() && entry.revision().generation == 1) {
        out += ",\"" + std::string(kTagName) + "\":";
        platform::append_json_string(out, tag);
    }
    if (body.size() > 2) out += ',';
    out.append(body, 1);
    return out;
}

std::string bulk_docs_body(std::span<const store::DisclosedEntry> entries, std::string_view tag) {
    std::string out = R"({"new_edits":false,"docs":[)";
    for (const store::DisclosedEntry& entry : entries) {
        if (out.back() != '[') out += ',';
        out += encode(entry, tag);
    }
    return out + "]}";
}

std::string revs_diff_body(std::span<const Leaf> leaves) {
    std::map<std::string_view, std::vector<std::string>> by_id;
    for (const Leaf& leaf : leaves) {
        by_id[leaf.document_id].push_back(leaf.revision.to_string());
    }
    std::string out = "{";
    for (const auto& [id, revisions] : by_id) {
        if (out.size() > 1) out += ',';
        platform::append_json_string(out, id);
        out += ":[";
        for (const std::string& revision : revisions) {
            if (out.back() != '[') out += ',';
            platform::append_json_string(out, revision);
        }
        out += ']';
    }
    return out + '}';
}

std::string without_tag_body(std::string_view tag) {
    std::string out = R"({"selector":{"$nor":[{")" + std::string(kTagName) + R"(":)";
    platform::append_json_string(out, tag);
    return out + R"(,"_rev":{"$regex":"^1-"},"_id":{"$regex":"^entry:"}}]}})";
}

std::string bulk_get_body(std::span<const Leaf> leaves) {
    std::string out = R"({"docs":[)";
    for (const Leaf& leaf : leaves) {
        if (out.back() != '[') out += ',';
        out += R"({"id":)";
        platform::append_json_string(out, leaf.document_id);
        if (leaf.revision.generation > 0) {
            out += R"(,"rev":)";
            platform::append_json_string(out, leaf.revision.to_string());
        }
        out += '}';
    }
    return out + "]}";
}

std::string epoch_body(const std::string& installation_id, const EpochDocument& document) {
    JsonObject body;
    body.push_back({"_id", "_local/" + installation_id});
    if (!document.revision.empty()) body.push_back({"_rev", document.revision});
    body.push_back({"epoch", document.epoch});
    body.push_back({"nonce", document.nonce});
    body.push_back({"pulled", document.pulled});
    return platform::to_json(JsonValue(std::move(body)));
}

std::optional<EpochDocument> epoch_document(const JsonValue& json,
                                            const std::string& installation_id) {
    const std::string* id = text_of(json, "_id");
    const std::string* revision = text_of(json, "_rev");
    if (id == nullptr || *id != "_local/" + installation_id || revision == nullptr) return {};
    EpochDocument damaged{*revision, 0, {}, {}};
    const JsonValue* epoch = json.find("epoch");
    const std::string* nonce = text_of(json, "nonce");
    const std::string* pulled = text_of(json, "pulled");
    if (epoch == nullptr || epoch->integer() == nullptr || *epoch->integer() < 1) return damaged;
    if (nonce == nullptr || nonce->empty() || nonce->size() > kNonceBytesMax) return damaged;
    return EpochDocument{*revision, static_cast<std::uint64_t>(*epoch->integer()), *nonce,
                         pulled == nullptr ? std::string() : *pulled};
}

std::string health_id(const std::string& installation_id) {
    return "health:" + installation_id;
}

std::string health_body(const std::string& revision, const store::PcHealth& health,
                        platform::WallTime now) {
    JsonObject body;
    if (!revision.empty()) body.push_back({"_rev", revision});
    body.push_back({"type", "health"});
    body.push_back({"schema", 1});
    body.push_back({"version", health.version});
    body.push_back({"state", health.state});
    body.push_back({"writtenAt", platform::format_time(now, platform::UtcOffset(0))});
    body.push_back({"waitingSeconds", health.waiting.count()});
    if (health.backup_age) body.push_back({"backupSeconds", health.backup_age->count()});
    body.push_back({"balanceError", health.balance_error});
    return platform::to_json(JsonValue(std::move(body)));
}

std::optional<std::vector<RefusedRow>> refused_rows(const JsonValue& json,
                                                    std::span<const store::DisclosedEntry> sent) {
    if (json.array() == nullptr) return {};
    std::set<std::string_view> ids;
    for (const store::DisclosedEntry& entry : sent) ids.insert(entry.document_id());
    std::vector<RefusedRow> refused;
    for (const JsonValue& row : *json.array()) {
        const std::string* id = text_of(row, "id");
        if (id == nullptr || !ids.contains(*id)) return {};
        const JsonValue* ok = row.find("ok");
        const bool stored = ok != nullptr && ok->boolean() != nullptr && *ok->boolean();
        if (stored) continue;
        const std::string* revision = text_of(row, "rev");
        const std::string* error = text_of(row, "error");
        const std::string* reason = text_of(row, "reason");
        refused.push_back({*id, revision == nullptr ? std::string() : *revision,
                           error == nullptr ? std::string() : *error,
                           reason == nullptr ? std::string() : excerpt(*reason)});
    }
    return refused;
}

std::optional<std::vector<Leaf>> missing_leaves(const JsonValue& json,
                                                std::span<const Leaf> asked) {
    if (json.object() == nullptr) return {};
    std::set<std::pair<std::string, std::string>> named;
    for (const JsonMember& row : *json.object()) {
        const JsonValue* revisions = row.value.find("missing");
        if (revisions == nullptr || revisions->array() == nullptr) return {};
        for (const JsonValue& revision : *revisions->array()) {
            if (revision.string() == nullptr) return {};
            named.emplace(row.name, *revision.string());
        }
    }
    std::vector<Leaf> missing;
    for (const Leaf& leaf : asked) {
        if (named.erase({leaf.document_id, leaf.revision.to_string()}) > 0) missing.push_back(leaf);
    }
    if (!named.empty()) return {};
    return missing;
}

std::optional<ChangesPage> changes_page(const JsonValue& json) {
    const JsonValue* results = json.find("results");
    auto reached = sequence_of(json.find("last_seq"));
    if (results == nullptr || results->array() == nullptr || !reached) return {};
    ChangesPage page{{}, *std::move(reached)};
    page.rows.reserve(results->array()->size());
    for (const JsonValue& result : *results->array()) {
        auto row = change_row(result, page.skipped_revisions);
        if (row) {
            page.rows.push_back(*std::move(row));
        } else {
            ++page.skipped_rows;
        }
    }
    return page;
}

std::optional<std::vector<const JsonValue*>> fetched_documents(const JsonValue& json) {
    const JsonValue* results = json.find("results");
    if (results == nullptr || results->array() == nullptr) return {};
    std::vector<const JsonValue*> documents;
    for (const JsonValue& result : *results->array()) {
        const JsonValue* answers = result.find("docs");
        if (answers == nullptr || answers->array() == nullptr) return {};
        for (const JsonValue& answer : *answers->array()) {
            const JsonValue* document = answer.find("ok");
            if (document != nullptr) documents.push_back(document);
        }
    }
    return documents;
}

bool is_pulled(std::string_view document_id) {
    for (const std::string_view prefix : {store::kEntryPrefix, store::kUnifiedPrefix}) {
        if (document_id.starts_with(prefix)) return is_uuid(document_id.substr(prefix.size()));
    }
    return false;
}

std::optional<store::RemoteDocument> decode(const JsonValue& json, const Leaf& asked) {
    const std::string* id = text_of(json, "_id");
    const std::string* revision = text_of(json, "_rev");
    if (id == nullptr || *id != asked.document_id || revision == nullptr ||
        *revision != asked.revision.to_string()) {
        return {};
    }
    auto ancestors = ancestors_of(json, asked.revision);
    if (!ancestors) return {};
    const JsonValue* deleted = json.find("_deleted");
    if (deleted != nullptr && deleted->boolean() == nullptr) return {};
    store::RemoteDocument document{asked.document_id,
                                   asked.revision,
                                   *std::move(ancestors),
                                   deleted != nullptr && *deleted->boolean(),
                                   {}};
    for (const JsonMember& member : *json.object()) {
        if (member.name == kTagName) continue;
        if (!member.name.starts_with('_')) {
            document.body.push_back(member);
        } else if (std::ranges::find(kFrameNames, member.name) == kFrameNames.end()) {
            return {};
        }
    }
    if (platform::canonical_json(document.body).size() > kDocumentBytesMax) return {};
    return document;
}

std::optional<std::vector<store::RemoteDocument>> copies(const JsonValue& json, const Leaf& asked) {
    if (json.array() == nullptr || json.array()->empty()) return {};
    std::vector<store::RemoteDocument> found;
    for (const JsonValue& row : *json.array()) {
        if (row.object() == nullptr) return {};
        const JsonValue* document = row.find("ok");
        if (document == nullptr || document->object() == nullptr) continue;
        auto copy = decode(*document, asked);
        if (copy && found.size() < kRowLeavesMax) found.push_back(*std::move(copy));
    }
    return found;
}

std::string url_encode(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    return out;
}

}  // namespace tizilim::sync::wire
