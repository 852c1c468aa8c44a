#include "agent/admin/register_check.h"

#include "agent/admin/accounts.h"
#include "agent/admin/couch_server.h"
#include "agent/admin/provisioner.h"
#include "agent/admin/register_rules.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::admin {
namespace {

using platform::JsonValue;
using std::chrono::seconds;

constexpr const char* kHealthOf =
    R"(/_all_docs?include_docs=true&startkey=%22health:%22&endkey=%22health:~%22)";
/// What a PC is in that needs nobody: it delivers, or will by itself.
constexpr auto kGoodStates =
    std::to_array<std::string_view>({"well", "pending", "offline", "captive_portal"});

std::string text_in(const JsonValue& json, std::string_view name) {
    const JsonValue* value = json.find(name);
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

std::optional<std::int64_t> number_in(const JsonValue& json, std::string_view name) {
    const JsonValue* value = json.find(name);
    if (value == nullptr || value->integer() == nullptr) return {};
    return *value->integer();
}

/// Ages are counted on from when they were said.
std::optional<seconds> age_in(const JsonValue& json, std::string_view name, seconds since) {
    const auto number = number_in(json, name);
    if (!number || *number < 0) return {};
    return seconds(*number) + since;
}

std::optional<Health> health_in(const JsonValue& document, platform::WallTime now) {
    const auto said = platform::parse_time(text_in(document, "writtenAt"));
    if (!said) return {};
    const auto since = std::chrono::duration_cast<seconds>(now - said->time);
    Health health{.version = text_in(document, "version"),
                  .state = text_in(document, "state"),
                  .age = std::max(since, seconds(0)),
                  .balance_error = number_in(document, "balanceError").value_or(0)};
    health.waiting = age_in(document, "waitingSeconds", health.age);
    health.backup = age_in(document, "backupSeconds", health.age);
    return health;
}

std::optional<Health> newest_health(CouchServer& server, const std::string& database,
                                    platform::WallTime now) {
    const auto answer = server.get('/' + database + kHealthOf);
    const JsonValue* rows = answer ? answer->find("rows") : nullptr;
    std::optional<Health> newest;
    if (rows == nullptr || rows->array() == nullptr) return newest;
    for (const JsonValue& row : *rows->array()) {
        const JsonValue* document = row.find("doc");
        if (document == nullptr) continue;
        auto health = health_in(*document, now);
        if (health && (!newest || health->age < newest->age)) newest = std::move(health);
    }
    return newest;
}

Verdict verdict_on(const CheckedRegister& checked, const CheckBounds& bounds) {
    if (!checked.faults.empty()) return Verdict::broken;
    if (checked.account.revoked) return Verdict::revoked;
    if (!checked.health) return Verdict::unseen;
    const Health& health = *checked.health;
    if (health.age > bounds.stale_after) return Verdict::stale;
    const bool is_good = std::ranges::find(kGoodStates, health.state) != kGoodStates.end() &&
                         health.balance_error == 0 &&
                         health.waiting.value_or(seconds(0)) <= bounds.waiting_max &&
                         health.backup.value_or(seconds(0)) <= bounds.backup_max;
    return is_good ? Verdict::healthy : Verdict::unwell;
}

}  // namespace

std::string_view code_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::healthy:
            return "healthy";
        case Verdict::unwell:
            return "unwell";
        case Verdict::stale:
            return "stale";
        case Verdict::unseen:
            return "unseen";
        case Verdict::broken:
            return "broken";
        case Verdict::revoked:
            break;
    }
    return "revoked";
}

bool is_well(Verdict verdict) {
    return verdict == Verdict::healthy || verdict == Verdict::revoked;
}

CheckedRegister check_register(CouchServer& server, const Register& account, platform::WallTime now,
                               const CheckBounds& bounds) {
    CheckedRegister checked{.account = account, .faults = faults_of(server, rules_of(account))};
    if (std::ranges::find(checked.faults, Part::database) == checked.faults.end())
        checked.health = newest_health(server, account.database, now);
    checked.verdict = verdict_on(checked, bounds);
    return checked;
}

}  // namespace tizilim::admin
