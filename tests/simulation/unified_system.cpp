#include "tests/simulation/unified_system.h"

#include "platform/check.h"
#include "platform/http_transport.h"
#include "platform/json.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/witness.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/couch_request.h"
#include "tests/support/couch_validation.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::simulation {
namespace {

using platform::JsonObject;

constexpr std::size_t kSnapshotsMax = 4;

const platform::JsonValue* find(const JsonObject& members, std::string_view name) {
    for (const auto& member : members) {
        if (member.name == name) return &member.value;
    }
    return nullptr;
}

}  // namespace

UnifiedSystem::UnifiedSystem(support::PeerKind kind, std::uint64_t seed, Witness& witness)
    : model_(kind, seed), witness_(witness) {
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

platform::HttpResponse UnifiedSystem::handle(const platform::HttpRequest& request) {
    platform::HttpRequest asked = request;
    asked.headers.push_back({"Accept-Encoding", "gzip"});
    return model_.handle(asked);
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
