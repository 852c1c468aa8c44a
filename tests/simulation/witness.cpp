#include "tests/simulation/witness.h"

#include "platform/network/http_transport.h"
#include "platform/text/gzip.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/replication/revision.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/unified_system.h"
#include "tests/simulation/violation.h"
#include "tests/support/canary.h"
#include "tests/support/couch_database.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tizilim::simulation {
namespace {

constexpr std::size_t kInflatedBytesMax = 16'000'000;
constexpr std::string_view kEntryPrefix = "entry:";
constexpr std::size_t kUuidText = 36;

std::string plain_body(const platform::HttpRequest& request) {
    const bool zipped = std::ranges::any_of(request.headers, [](const auto& header) {
        return header.name == "Content-Encoding" && header.value == "gzip";
    });
    if (!zipped) return request.body;
    auto inflated = platform::gunzip(request.body, kInflatedBytesMax);
    if (!inflated) throw Violation("a body leaves that is no gzip, though it says so");
    return *std::move(inflated);
}

std::string text_of(const platform::JsonValue& json, std::string_view name) {
    const platform::JsonValue* value = json.find(name);
    return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

std::string name_of(const platform::JsonValue& document) {
    return text_of(document, "_id") + ' ' + text_of(document, "_rev");
}

/// Every document in an answer to _bulk_get, or those of a GET.
void collect(const platform::JsonValue& json, std::set<std::string>& names) {
    if (const platform::JsonArray* open = json.array()) {
        for (const platform::JsonValue& row : *open) {
            if (const platform::JsonValue* ok = row.find("ok")) names.insert(name_of(*ok));
        }
        return;
    }
    if (const platform::JsonValue* results = json.find("results")) {
        if (results->array() == nullptr) return;
        for (const platform::JsonValue& result : *results->array()) {
            const platform::JsonValue* docs = result.find("docs");
            if (docs == nullptr || docs->array() == nullptr) continue;
            for (const platform::JsonValue& doc : *docs->array()) {
                if (const platform::JsonValue* ok = doc.find("ok")) names.insert(name_of(*ok));
            }
        }
        return;
    }
    if (!text_of(json, "_id").empty()) names.insert(name_of(json));
}

}  // namespace

std::optional<platform::JsonValue> body_of(const platform::HttpRequest& request) {
    if (request.body.empty()) return {};
    auto read = platform::read_json(plain_body(request));
    if (!read) throw Violation("a body leaves that is no JSON");
    return *std::move(read);
}

std::string resource_of(const platform::HttpRequest& request) {
    const std::string_view url = request.url;
    if (!url.starts_with(kDatabaseUrl)) return "/";
    std::string_view rest = url.substr(std::string_view(kDatabaseUrl).size());
    if (rest.starts_with('/')) rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find('?')));
}

void Witness::leaving(std::size_t agent, const platform::HttpRequest& request) {
    ++requests_;
    std::string bytes = std::string(platform::method_name(request.method)) + ' ' + request.url;
    for (const auto& header : request.headers) bytes += "\r\n" + header.name + ": " + header.value;
    const auto sightings = support::find_canaries(bytes + "\r\n\r\n" + request.body, canaries());
    if (!sightings.empty()) {
        throw Violation("something confidential left: " + support::describe(sightings));
    }
    const std::string whole = bytes + plain_body(request);
    for (std::size_t at = whole.find(kEntryPrefix); at != std::string::npos;
         at = whole.find(kEntryPrefix, at + 1)) {
        const std::string id = whole.substr(at + kEntryPrefix.size(), kUuidText);
        if (secret_.contains(id)) throw Violation("a local entry was named to the network: " + id);
    }
    if (resource_of(request) != "_bulk_docs" || !inspect_) return;
    if (feed_unread_.contains(agent)) {
        throw Violation("an older copy sends before it has read the feed to its end");
    }
    const auto body = body_of(request);
    const platform::JsonValue* docs = body ? body->find("docs") : nullptr;
    if (docs == nullptr || docs->array() == nullptr) throw Violation("a _bulk_docs without docs");
    for (const platform::JsonValue& document : *docs->array()) inspect_(agent, document);
}

void Witness::read_sent(std::size_t agent, const platform::JsonValue& body,
                        const support::CouchDatabase& database) {
    for (const platform::JsonValue& document : *body.find("docs")->array()) {
        const auto revision = store::Revision::parse(text_of(document, "_rev"));
        if (!revision) throw Violation("a document leaves without a revision");
        const std::string name = name_of(document);
        made_by_.try_emplace(name, agent);
        constexpr std::uint32_t kParentAndItself = 2;
        const platform::JsonValue* path = document.find("_revisions");
        if (revision->generation > kParentAndItself && path != nullptr &&
            path->find("ids")->array()->size() == kParentAndItself)
            over_another_.insert(name);
        const support::CouchDocument* known = database.find(text_of(document, "_id"));
        const support::RevisionNode* node = known ? known->tree.find(*revision) : nullptr;
        if (node != nullptr && node->body) stored_.insert(name);
    }
}

void Witness::acted(std::size_t agent, const platform::HttpRequest& request,
                    const support::CouchDatabase& database) {
    (void)tick();
    if (resource_of(request) != "_bulk_docs") return;
    if (const auto body = body_of(request)) read_sent(agent, *body, database);
}

/// A note that tells of a peer's past counts once the peer has proved that it is the one.
void Witness::note_greeting(std::size_t agent, const std::string& resource,
                            const platform::HttpResponse& response) {
    if (resource.starts_with("_local/")) {
        const bool is_read = response.status == 200 || response.status == 404;
        if (is_read) looked_[agent] = tick();
        if (response.status == 201) greeted_[agent] = tick();
        return;
    }
    const auto looked = looked_.find(agent);
    if (looked == looked_.end()) return;
    const bool is_proof = resource != "register" || response.status == 304 ||
                          response.body.find("\"register-of-the-simulation\"") != std::string::npos;
    if (is_proof && resource != "/") greeted_[agent] = looked->second;
    looked_.erase(looked);
}

/// The end is a page that is not full.
void Witness::heard(std::size_t agent, const platform::HttpRequest& request,
                    const platform::HttpResponse& response) {
    constexpr std::string_view kLimit = "limit=";
    if (!feed_unread_.contains(agent) || resource_of(request) != "_changes") return;
    const auto answer = platform::read_json(response.body);
    const platform::JsonValue* rows = answer ? answer->find("results") : nullptr;
    if (response.status != 200 || rows == nullptr || rows->array() == nullptr) return;
    const std::size_t limit = request.url.find(kLimit);
    const std::string count = request.url.substr(limit + kLimit.size());
    if (rows->array()->size() < std::stoull(count)) feed_unread_.erase(agent);
}

void Witness::told(std::size_t agent, const platform::HttpRequest& request,
                   const platform::HttpResponse& response) {
    const std::string resource = resource_of(request);
    note_greeting(agent, resource, response);
    const auto answer = platform::read_json(response.body);
    if (!answer) return;
    if (resource == "_revs_diff" && response.status == 200) {
        const auto asked = body_of(request);
        for (const auto& [id, revisions] : *asked->object()) {
            std::set<std::string> missing;
            const platform::JsonValue* row = answer->find(id);
            const platform::JsonValue* list = row == nullptr ? nullptr : row->find("missing");
            if (list != nullptr && list->array() != nullptr) {
                for (const auto& revision : *list->array()) missing.insert(*revision.string());
            }
            for (const auto& revision : *revisions.array()) {
                if (missing.contains(*revision.string())) continue;
                confirmed_[agent].insert(id + ' ' + *revision.string());
            }
        }
    } else if (resource == "_bulk_get" || resource.starts_with("entry") ||
               resource.starts_with("unified")) {
        collect(*answer, confirmed_[agent]);
    }
}

bool Witness::was_confirmed(std::size_t agent, const std::string& leaf) const {
    const auto found = confirmed_.find(agent);
    return found != confirmed_.end() && found->second.contains(leaf);
}

bool Witness::was_made_by(std::size_t agent, const std::string& leaf) const {
    const auto found = made_by_.find(leaf);
    return found != made_by_.end() && found->second == agent;
}

std::uint64_t Witness::greeted_at(std::size_t agent) const {
    const auto found = greeted_.find(agent);
    return found == greeted_.end() ? 0 : found->second;
}

}  // namespace tizilim::simulation
