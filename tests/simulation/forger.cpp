#include "tests/simulation/forger.h"

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/replication/revision.h"
#include "tests/simulation/witness.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_documents.h"
#include "tests/support/couch_tree.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::simulation {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using support::CouchDocument;
using support::RevisionNode;
using support::RevisionPath;

/// A digest covers so many ancestors (store/merge/README.md, "Ancestry"), and the revision itself
/// is named before.
constexpr std::size_t kCoveredNames = 101;

/// A number that looks drawn, the same for the same salt and text.
std::uint64_t drawn(std::uint64_t salt, std::string_view text) {
    constexpr std::uint64_t kPrime = 1099511628211ULL;
    std::uint64_t hash = 14695981039346656037ULL ^ salt;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
    hash ^= hash >> 33;
    hash *= 0xFF51AFD7ED558CCDULL;
    return hash ^ (hash >> 33);
}

std::string made_up_digest(std::uint64_t chance, std::size_t place) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digest;
    for (std::size_t i = 0; i < 32; ++i) {
        digest += kDigits[drawn(chance + place, std::to_string(i)) % kDigits.size()];
    }
    return digest;
}

std::string name_of(const CouchDocument& document, const RevisionNode& node) {
    return document.id + ' ' + node.revision.to_string();
}

bool is_on(const RevisionPath& path, const store::Revision& revision) {
    if (revision.generation > path.start) return false;
    const std::size_t place = path.start - revision.generation;
    return place < path.ids.size() && path.ids[place] == revision.digest;
}

JsonValue* member(JsonValue& json, std::string_view name) {
    auto* members = std::get_if<JsonObject>(&json.value);
    if (members == nullptr) return nullptr;
    const auto found = std::ranges::find(*members, name, &platform::JsonMember::name);
    return found == members->end() ? nullptr : &found->value;
}

JsonArray* list(JsonValue* json) {
    return json == nullptr ? nullptr : std::get_if<JsonArray>(&json->value);
}

std::string text(JsonValue& json, std::string_view name) {
    const JsonValue* value = member(json, name);
    return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

JsonValue revisions_of(const RevisionPath& path) {
    JsonArray ids;
    for (const std::string& id : path.ids) ids.emplace_back(id);
    return JsonObject{{"start", path.start}, {"ids", std::move(ids)}};
}

/// The revision into which the leaf of a tombstone went, as its body says.
std::optional<store::Revision> target_of(const RevisionNode& tombstone) {
    const auto body = platform::read_json('{' + tombstone.body.value_or("") + '}');
    const JsonValue* into = body ? body->find("into") : nullptr;
    if (into == nullptr || into->string() == nullptr) return {};
    return store::Revision::parse(*into->string());
}

JsonValue missing_row(const std::string& revision) {
    return JsonObject{{"missing", revision}};
}

const char* mark_of(Lie lie) {
    switch (lie) {
        case Lie::ancestors:
            return "served other ancestors";
        case Lie::cut:
            return "served a cut history";
        case Lie::other_branch:
            return "served a history of another branch";
        case Lie::hidden_merge:
            return "served a tombstone without its merge";
        case Lie::twin:
            return "served a revision twice";
    }
    return "";
}

}  // namespace

void Forger::begin(Lie lie, std::uint64_t salt, std::optional<std::size_t> victim) {
    lies_[lie] = {salt, victim};
}

std::set<std::string> Forger::end_all(bool twins_stay) {
    lies_.clear();
    if (!twins_stay) {
        for (const auto& [id, revisions] : twins_) owed_.insert(id);
        twins_.clear();
    }
    return std::exchange(owed_, {});
}

const Forger::Telling* Forger::telling(Lie lie, std::size_t agent) const {
    const auto found = lies_.find(lie);
    if (found == lies_.end()) return nullptr;
    const std::optional<std::size_t>& victim = found->second.victim;
    return victim && *victim != agent ? nullptr : &found->second;
}

/// What the lawyer's installations made of it and the peer has.
std::vector<const RevisionNode*> Forger::genuine(const CouchDocument& document) const {
    std::vector<const RevisionNode*> nodes;
    for (const RevisionNode& node : document.tree.nodes()) {
        if (witness_.is_of_agents(name_of(document, node))) nodes.push_back(&node);
    }
    return nodes;
}

/// `path` with another genuine revision of the entry in it, and what comes before that one.
std::optional<RevisionPath> Forger::other_path(const CouchDocument& document,
                                               const RevisionPath& path,
                                               std::uint64_t chance) const {
    std::vector<const RevisionNode*> others;
    // The parent is what older programs vouch for: it stays, mostly.
    const std::uint32_t least = chance % 4 == 0 ? 1 : 2;
    for (const RevisionNode* node : genuine(document)) {
        if (node->revision.generation + least > path.start) continue;
        if (!is_on(path, node->revision)) others.push_back(node);
    }
    if (others.empty()) return {};
    const RevisionNode& other = *others[(chance >> 8) % others.size()];
    RevisionPath forged = path;
    const std::size_t place = path.start - other.revision.generation;
    if (place > forged.ids.size()) return {};
    forged.ids.resize(place);
    const RevisionPath rest = document.tree.path_of(other);
    forged.ids.insert(forged.ids.end(), rest.ids.begin(), rest.ids.end());
    return forged;
}

namespace {

RevisionPath cut_path(RevisionPath path, std::uint64_t chance) {
    path.ids.resize(std::min<std::size_t>(path.ids.size(), 1 + chance % 3));
    return path;
}

/// As `path`, but for a grandparent that nobody has.
std::optional<RevisionPath> made_up_path(RevisionPath path, std::uint64_t chance) {
    constexpr std::size_t kGrandparent = 2;
    if (path.ids.size() <= kGrandparent) return {};
    path.ids[kGrandparent] = made_up_digest(chance, kGrandparent);
    return path;
}

/// The nearest names, then those of another branch, or of none.
RevisionPath grafted_path(const CouchDocument& document, RevisionPath path, std::uint64_t chance) {
    const std::size_t whole = path.ids.size();
    // Of a long list only what lies behind the covered names: that must do no harm at all.
    const std::size_t kept = whole > kCoveredNames ? kCoveredNames : 2 + chance % 2;
    if (kept >= whole) return path;
    const auto generation = static_cast<std::uint32_t>(path.start - kept);
    path.ids.resize(kept);
    for (const RevisionNode& node : document.tree.nodes()) {
        if (node.revision.generation != generation) continue;
        const RevisionPath rest = document.tree.path_of(node);
        if (is_on(path, node.revision) || drawn(chance, node.revision.digest) % 2 == 0) continue;
        path.ids.insert(path.ids.end(), rest.ids.begin(), rest.ids.end());
        return path;
    }
    while (path.ids.size() < whole) path.ids.push_back(made_up_digest(chance, path.ids.size()));
    return path;
}

bool covers_the_same(const RevisionPath& a, const RevisionPath& b) {
    const std::size_t count = std::min(a.ids.size(), kCoveredNames);
    return std::min(b.ids.size(), kCoveredNames) == count &&
           std::equal(a.ids.begin(), a.ids.begin() + static_cast<std::ptrdiff_t>(count),
                      b.ids.begin());
}

}  // namespace

/// Nothing: the truth.
std::optional<RevisionPath> Forger::told_path(const Ask& ask, const CouchDocument& document,
                                              const RevisionPath& path) {
    const std::string name = document.id + ' ' + path.revision().to_string();
    for (const Lie lie : {Lie::ancestors, Lie::cut, Lie::other_branch}) {
        const Telling* told = telling(lie, ask.agent);
        if (told == nullptr || path.start < 2) continue;
        const std::uint64_t chance = drawn(told->salt, name);
        if (chance % 16 < 6) continue;
        std::optional<RevisionPath> forged;
        if (lie == Lie::ancestors) {
            forged = other_path(document, path, chance >> 4);
            if (!forged) forged = made_up_path(path, chance >> 4);
        }
        if (lie == Lie::cut) forged = cut_path(path, chance >> 4);
        if (lie == Lie::other_branch) forged = grafted_path(document, path, chance >> 4);
        if (!forged || forged->ids == path.ids) continue;
        marks_.hit(mark_of(lie));
        if (covers_the_same(*forged, path)) {
            marks_.hit("served a long history that goes astray");
        } else {
            owed_.insert(document.id);
            ever_.insert(document.id);
        }
        return forged;
    }
    return {};
}

/// Revisions that this agent is not shown, though the tombstones of what went into them are.
std::set<std::string> Forger::hidden(std::size_t agent, const CouchDocument& document) const {
    std::set<std::string> names;
    const Telling* told = telling(Lie::hidden_merge, agent);
    if (told == nullptr || drawn(told->salt, document.id) % 4 == 0) return names;
    bool has_tombstones = false;
    std::vector<const RevisionNode*> targets;
    for (const RevisionNode* node : genuine(document)) {
        if (!node->deleted) continue;
        has_tombstones = true;
        const auto into = target_of(*node);
        if (into && document.tree.find(*into) != nullptr) {
            targets.push_back(document.tree.find(*into));
        }
    }
    if (!has_tombstones) return names;
    const RevisionNode& winner = document.tree.winner();
    if (targets.empty() && !winner.deleted) targets.push_back(&winner);
    for (const RevisionNode* target : targets) {
        for (const RevisionNode* leaf : document.tree.latest_of(*target)) {
            if (!leaf->deleted) names.insert(leaf->revision.to_string());
        }
        names.insert(target->revision.to_string());
    }
    return names;
}

void Forger::make_twins(const Ask& ask, const CouchDocument& document) {
    const Telling* told = telling(Lie::twin, ask.agent);
    if (told == nullptr) return;
    for (const RevisionNode* leaf : document.tree.leaves()) {
        const std::string name = name_of(document, *leaf);
        if (leaf->revision.generation < 2 || !witness_.is_of_agents(name)) continue;
        const std::uint64_t chance = drawn(told->salt, name);
        if (chance % 2 == 0) continue;
        const RevisionPath path = document.tree.path_of(*leaf);
        RevisionPath twin =
            other_path(document, path, chance >> 4)
                .value_or(RevisionPath{path.start, {path.ids[0], made_up_digest(chance, 1)}});
        if (twin.ids != path.ids) twins_[document.id].try_emplace(leaf->revision.to_string(), twin);
    }
}

/// A row of the feed. False: nothing of it is left.
bool Forger::forge_row(const Ask& ask, JsonValue& row) {
    const CouchDocument* document = ask.database.find(text(row, "id"));
    JsonArray* changes = list(member(row, "changes"));
    if (document == nullptr || changes == nullptr || !document->id.starts_with("entry:")) {
        return true;
    }
    const std::set<std::string> unseen = hidden(ask.agent, *document);
    const std::size_t removed = std::erase_if(
        *changes, [&](JsonValue& change) { return unseen.contains(text(change, "rev")); });
    if (removed > 0) {
        marks_.hit(mark_of(Lie::hidden_merge));
        owed_.insert(document->id);
        ever_.insert(document->id);
    }
    make_twins(ask, *document);
    const auto twins = twins_.find(document->id);
    if (twins == twins_.end()) return !changes->empty();
    for (const auto& [revision, path] : twins->second) {
        if (document->tree.find(*store::Revision::parse(revision)) == nullptr) continue;
        // By one of its ancestries it stays a leaf, whatever came on top of the other.
        changes->emplace_back(JsonObject{{"rev", revision}});
        marks_.hit(mark_of(Lie::twin));
    }
    return !changes->empty();
}

void Forger::forge_changes(const Ask& ask, JsonValue& answer) {
    JsonArray* rows = list(member(answer, "results"));
    if (rows == nullptr) return;
    JsonArray kept;
    for (JsonValue& row : *rows) {
        if (forge_row(ask, row)) kept.push_back(std::move(row));
    }
    *rows = std::move(kept);
}

bool Forger::forge_document(const Ask& ask, JsonValue& json) {
    const CouchDocument* document = ask.database.find(text(json, "_id"));
    JsonValue* revisions = member(json, "_revisions");
    const auto revision = store::Revision::parse(text(json, "_rev"));
    if (document == nullptr || revisions == nullptr || !revision) return true;
    const RevisionNode* node = document->tree.find(*revision);
    if (node == nullptr || !witness_.is_of_agents(name_of(*document, *node))) return true;
    if (hidden(ask.agent, *document).contains(revision->to_string())) return false;
    const RevisionPath path = document->tree.path_of(*node);
    const auto twins = twins_.find(document->id);
    if (twins != twins_.end()) {
        const auto twin = twins->second.find(revision->to_string());
        const bool has_twin = twin != twins->second.end();
        if (has_twin && drawn(0, revision->digest) % 4 != 0) {
            marks_.hit("served the wrong one of two");
            *revisions = revisions_of(twin->second);
            return true;
        }
    }
    if (const auto told = told_path(ask, *document, path)) *revisions = revisions_of(*told);
    return true;
}

void Forger::forge_fetched(const Ask& ask, JsonValue& answer) {
    JsonArray* results = list(member(answer, "results"));
    if (results == nullptr) return;
    for (JsonValue& result : *results) {
        JsonArray* docs = list(member(result, "docs"));
        if (docs == nullptr) continue;
        for (JsonValue& doc : *docs) {
            JsonValue* ok = member(doc, "ok");
            if (ok == nullptr || forge_document(ask, *ok)) continue;
            doc = missing_row(text(*ok, "_rev"));
        }
    }
}

/// The copies by another ancestry, as leaves of their own.
void Forger::add_twins(const CouchDocument& document, JsonArray& rows) const {
    const auto twins = twins_.find(document.id);
    if (twins == twins_.end()) return;
    for (const auto& [revision, path] : twins->second) {
        const RevisionNode* node = document.tree.find(*store::Revision::parse(revision));
        if (node == nullptr || !node->body) continue;
        JsonValue copy =
            *platform::read_json(support::document_json(document, *node, {.revisions = true}));
        *member(copy, "_revisions") = revisions_of(path);
        const auto place = static_cast<std::ptrdiff_t>(drawn(1, revision) % (rows.size() + 1));
        rows.insert(rows.begin() + place, JsonValue(JsonObject{{"ok", std::move(copy)}}));
    }
}

/// The answer to `open_revs`.
void Forger::forge_open(const Ask& ask, JsonValue& answer, bool all) {
    JsonArray* rows = list(&answer);
    if (rows == nullptr) return;
    const CouchDocument* document = nullptr;
    JsonArray kept;
    for (JsonValue& row : *rows) {
        JsonValue* ok = member(row, "ok");
        if (ok == nullptr) {
            kept.push_back(std::move(row));
            continue;
        }
        document = ask.database.find(text(*ok, "_id"));
        const JsonValue whole = *ok;
        const std::string revision = text(*ok, "_rev");
        const bool is_shown = forge_document(ask, *ok);
        // All copies are shown here, the true one, too, whichever a GET shows.
        const auto twins = document == nullptr ? twins_.end() : twins_.find(document->id);
        const bool has_twin = twins != twins_.end() && twins->second.contains(revision);
        const bool is_honest = all && (has_twin || drawn(2, revision) % 2 == 0);
        if (is_shown && is_honest) *ok = whole;
        if (is_shown) {
            kept.push_back(std::move(row));
        } else if (!all) {
            kept.push_back(missing_row(revision));
        }
    }
    if (document != nullptr && all) add_twins(*document, kept);
    *rows = std::move(kept);
}

void Forger::forge(std::size_t agent, const platform::HttpRequest& request,
                   platform::HttpResponse& response, const support::CouchDatabase& database) {
    if ((lies_.empty() && twins_.empty()) || response.status != 200) return;
    const std::string resource = resource_of(request);
    const bool is_document = resource.starts_with("entry");
    if (resource != "_changes" && resource != "_bulk_get" && !is_document) return;
    auto read = platform::read_json(response.body);
    if (!read) return;
    JsonValue answer = *std::move(read);
    const Ask ask{agent, database};
    if (resource == "_changes") {
        forge_changes(ask, answer);
    } else if (resource == "_bulk_get") {
        forge_fetched(ask, answer);
    } else if (request.url.find("open_revs=") != std::string::npos) {
        forge_open(ask, answer, request.url.find("open_revs=all") != std::string::npos);
    } else if (!forge_document(ask, answer)) {
        response.status = 404;
        answer = JsonObject{{"error", "not_found"}, {"reason", "missing"}};
    }
    response.body = platform::to_json(answer);
}

}  // namespace tizilim::simulation
