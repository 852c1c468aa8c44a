#include "tests/simulation/unified_system.h"

#include "platform/check.h"
#include "platform/network/http_transport.h"
#include "platform/text/gzip.h"
#include "platform/text/json.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/forger.h"
#include "tests/simulation/marks.h"
#include "tests/simulation/witness.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_tree.h"
#include "tests/support/couch_validation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::simulation {
namespace {

using platform::JsonObject;

constexpr std::size_t kSnapshotsMax = 4;
constexpr std::size_t kAnswerBytesMax = 64'000'000;

const platform::JsonValue* find(const JsonObject& members, std::string_view name) {
    for (const auto& member : members) {
        if (member.name == name) return &member.value;
    }
    return nullptr;
}

}  // namespace

UnifiedSystem::UnifiedSystem(support::PeerKind kind, std::uint64_t seed, Witness& witness,
                             Marks& marks)
    : model_(kind, seed), witness_(witness), forger_(witness, marks) {
    // Not by a design document: PouchDB's plugin drops children of what it validates
    // (couch_bulk.cpp).
    model_.create_database(kDatabaseName)
        .set_validation([this](const support::CouchCandidate& candidate)
                            -> std::optional<support::CouchRefusal> {
            if (auto refusal = support::validate(support::allowed_fields(), candidate)) {
                return refusal;
            }
            if (!refuses(candidate.members)) return {};
            return support::CouchRefusal{"forbidden", "the time is of another rate"};
        });
    put("/register", R"({"type":"register","identity":"register-of-the-simulation"})");
    publish_rules();
}

platform::HttpResponse UnifiedSystem::handle(std::size_t agent,
                                             const platform::HttpRequest& request) {
    platform::HttpRequest asked = request;
    asked.headers.push_back({"Accept-Encoding", "gzip"});
    platform::HttpResponse response = model_.handle(asked);
    if (const std::string* encoding = response.header("content-encoding");
        encoding != nullptr && *encoding == "gzip") {
        response.body = platform::gunzip(response.body, kAnswerBytesMax).value();
    }
    forger_.forge(agent, request, response, database());
    return response;
}

const support::CouchDatabase& UnifiedSystem::database() const {
    return *const_cast<support::CouchModel&>(model_).database(kDatabaseName);
}

void UnifiedSystem::put(const std::string& path, const std::string& body) {
    // The limits are those of a proxy before it.
    const support::CouchLimits limits = std::exchange(model_.limits(), {});
    const auto response = model_.handle({.method = platform::Method::put,
                                         .url = kDatabaseUrl + path,
                                         .headers = {{"Content-Type", "application/json"}},
                                         .body = body});
    model_.limits() = limits;
    CHECK(response.status == 201);
    (void)witness_.tick();
}

void UnifiedSystem::keep_snapshot(Dice& dice) {
    if (snapshots_.size() < kSnapshotsMax) {
        snapshots_.push_back(model_.snapshot());
    } else {
        dice.of(snapshots_) = model_.snapshot();
    }
}

bool UnifiedSystem::restore_snapshot(Dice& dice) {
    if (snapshots_.empty()) return false;
    model_.restore(dice.of(snapshots_));
    rolled_back_at_ = witness_.tick();
    publish_rules();
    return true;
}

void UnifiedSystem::replace() {
    model_.change_uuid();
}

void UnifiedSystem::compact() {
    model_.database(kDatabaseName)->compact();
}

std::vector<std::string> UnifiedSystem::live_entries() const {
    std::vector<std::string> ids;
    for (const support::CouchDocument* document : database().by_id()) {
        if (!document->id.starts_with("entry:") || document->tree.winner().deleted) continue;
        ids.push_back(document->id);
    }
    return ids;
}

bool UnifiedSystem::write_remark(Dice& dice) {
    const std::vector<std::string> ids = live_entries();
    if (ids.empty()) return false;
    const std::string& entry = dice.of(ids);
    const std::string id = "unified:" + entry.substr(entry.find(':') + 1);
    const support::CouchDocument* known = database().find(id);
    JsonObject body{{"type", "unified"},
                    {"number", "U-" + std::to_string(++written_)},
                    {"entryRev", database().find(entry)->tree.winner().revision.to_string()}};
    if (known != nullptr) body.push_back({"_rev", known->tree.winner().revision.to_string()});
    put("/" + id, platform::to_json(body));
    return true;
}

bool UnifiedSystem::edit_entry(Dice& dice) {
    const std::vector<std::string> ids = live_entries();
    if (ids.empty()) return false;
    const std::string& id = dice.of(ids);
    auto body = database().body(id);
    JsonObject members = *body->object();
    bool withdrawn = true;
    for (auto& member : members) {
        if (member.name != "minutes") continue;
        member.value = static_cast<std::int64_t>(20'000 + ++written_);
        withdrawn = false;
    }
    if (withdrawn) return false;
    members.push_back({"_rev", database().find(id)->tree.winner().revision.to_string()});
    const std::optional<std::int64_t> rule = std::exchange(refused_digit_, std::nullopt);
    touched_.insert(id);
    put("/" + id, platform::to_json(members));
    refused_digit_ = rule;
    return true;
}

bool UnifiedSystem::delete_entry(Dice& dice) {
    const std::vector<std::string> ids = live_entries();
    if (ids.empty()) return false;
    const std::string& id = dice.of(ids);
    const std::string revision = database().find(id)->tree.winner().revision.to_string();
    touched_.insert(id);
    deleted_.insert(id);
    put("/" + id, platform::to_json(JsonObject{{"_rev", revision}, {"_deleted", true}}));
    return true;
}

namespace {

std::string drawn_digest(Dice& dice) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digest;
    while (digest.size() < 32) digest += dice.of(kDigits);
    return digest;
}

}  // namespace

bool UnifiedSystem::forge_tombstone(Dice& dice) {
    const std::vector<std::string> ids = live_entries();
    if (ids.empty()) return false;
    const std::string& id = dice.of(ids);
    const support::RevisionTree& tree = database().find(id)->tree;
    std::vector<const support::RevisionNode*> nodes;
    for (const support::RevisionNode& node : tree.nodes()) {
        // A leaf twice as often as another.
        if (node.body && !node.deleted) nodes.push_back(&node);
        if (node.body && !node.deleted && node.leaf) nodes.insert(nodes.end(), 2, &node);
    }
    if (nodes.empty()) return false;
    const support::RevisionNode& ended = *dice.of(nodes);
    support::CouchEdit edit{
        .id = id, .path = tree.path_of(ended), .deleted = true, .body = {}, .allowed = {}};
    edit.path.ids.insert(edit.path.ids.begin(), drawn_digest(dice));
    ++edit.path.start;
    if (dice.percent(70)) {
        const bool is_of_his = dice.percent(80);
        const std::string into = is_of_his
                                     ? dice.of(nodes)->revision.to_string()
                                     : std::to_string(edit.path.start) + '-' + drawn_digest(dice);
        edit.body = R"("into":")" + into + '"';
    }
    touched_.insert(id);
    if (ended.leaf) deleted_.insert(id);
    forged_.insert(id + ' ' + edit.path.revision().to_string());
    model_.database(kDatabaseName)->insert(std::move(edit));
    (void)witness_.tick();
    return true;
}

void UnifiedSystem::lie(Lie lie, Dice& dice, std::size_t agents) {
    const std::uint64_t salt = dice.seed();
    const std::size_t victim = static_cast<std::size_t>(dice.below(agents + 1));
    if (forger_.tells(lie) && dice.percent(40)) return forger_.end(lie);
    forger_.begin(lie, salt, victim < agents ? std::optional(victim) : std::nullopt);
}

/// As if it had come just now: by another place in the feed.
void UnifiedSystem::show_again(const std::string& id, bool without_forged) {
    support::CouchDatabase& database = *model_.database(kDatabaseName);
    const support::CouchDocument* found = database.find(id);
    if (found == nullptr) return;
    const support::CouchDocument before = *found;
    const auto is_forged = [&](const support::RevisionNode& node) {
        return forged_.contains(id + ' ' + node.revision.to_string());
    };
    // What it stands on would be lost with it where it was compacted away.
    const bool may_go =
        std::ranges::none_of(before.tree.nodes(), [&](const support::RevisionNode& node) {
            return is_forged(node) && node.parent && !before.tree.nodes()[*node.parent].body;
        });
    std::vector<const support::RevisionNode*> nodes;
    for (const support::RevisionNode& node : before.tree.nodes()) {
        if (node.body && !(without_forged && may_go && is_forged(node))) nodes.push_back(&node);
    }
    std::ranges::sort(nodes, {}, &support::RevisionNode::revision);
    if (nodes.empty()) return;
    database.lose(id);
    for (const support::RevisionNode* node : nodes) {
        database.insert({.id = id,
                         .path = before.tree.path_of(*node),
                         .deleted = node->deleted,
                         .body = *node->body,
                         .allowed = {}});
    }
}

void UnifiedSystem::be_honest(Dice& dice) {
    std::set<std::string> owed = forger_.end_all(dice.percent(50));
    const bool without_forged = dice.percent(50);
    if (without_forged) {
        for (const std::string& name : forged_) owed.insert(name.substr(0, name.find(' ')));
    }
    for (const std::string& id : owed) show_again(id, without_forged);
    (void)witness_.tick();
}

bool UnifiedSystem::refuses(const JsonObject& members) const {
    const platform::JsonValue* minutes = find(members, "minutes");
    if (!refused_digit_ || minutes == nullptr || minutes->integer() == nullptr) return false;
    return *minutes->integer() % 10 == *refused_digit_;
}

void UnifiedSystem::publish_rules() {
    JsonObject body{{"language", "javascript"}, {"rules", static_cast<std::int64_t>(++rules_)}};
    if (const support::CouchDocument* known = database().find("_design/rules")) {
        body.push_back({"_rev", known->tree.winner().revision.to_string()});
    }
    put("/_design/rules", platform::to_json(body));
}

void UnifiedSystem::change_rules(Dice& dice) {
    refused_digit_.reset();
    if (dice.percent(60)) refused_digit_ = static_cast<std::int64_t>(dice.below(10));
    publish_rules();
}

void UnifiedSystem::change_limits(Dice& dice) {
    model_.limits().request_bytes_max = dice.between(600, 4000);
}

void UnifiedSystem::end_limits() {
    model_.limits() = {};
}

}  // namespace tizilim::simulation
