#include "agent/cli/commands/overview.h"

#include "agent/cli/terminal/reply.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonValue;
using platform::Message;

std::int64_t count_at(const JsonValue& json, std::string_view name) {
    const std::int64_t* const count = value_at(json, name).integer();
    return count == nullptr ? 0 : *count;
}

/// What the daemon says in `name`; nothing for an empty text.
std::optional<Message> message_at(const JsonValue& json, std::string_view name) {
    std::string text = text_at(json, name);
    if (text.empty()) return {};
    const bool beside = name == "reason" || name == "failed";
    const JsonValue& told = beside ? json : value_at(json, std::string(name) + "_message");
    if (auto message = platform::message_of(told)) return message;
    return platform::as_it_stands(std::move(text));
}

Message lost_of(const JsonValue& status) {
    if (count_at(status, "balanceError") != 0) return {"overview.lost"};
    const JsonValue& book = value_at(status, "book");
    for (const char* const name : {"problem", "warning"})
        if (const auto why = message_at(book, name))
            return {"overview.perhaps_lost", {{"why", as_json(*why)}}};
    const std::int64_t recorded = count_at(value_at(status, "entries"), "recorded");
    if (recorded == 0) return {"overview.nothing_recorded"};
    return {"overview.nothing_lost", {{"count", recorded}}};
}

struct OfState {
    std::string_view state;
    const char* waiting;  ///< the message while entries wait to be delivered
    const char* idle;     ///< and while none does
};
constexpr auto kOfStates = std::to_array<OfState>(
    {{"synced", "overview.synced", "overview.synced"},
     {"pending", "overview.pending", "overview.pending_none"},
     {"offline", "overview.offline", "overview.offline_none"},
     {"captive_portal", "overview.captive_portal", "overview.captive_portal"},
     {"unauthorized", "overview.unauthorized", "overview.unauthorized"},
     {"refused", "overview.refused", "overview.refused"},
     {"stuck", "overview.stuck", "overview.stuck"},
     {"paused", "overview.paused", "overview.paused"}});

Message delivery_of(const JsonValue& status) {
    const std::string state = text_at(status, "state");
    const JsonValue& entries = value_at(status, "entries");
    const std::int64_t waiting = count_at(entries, "pending") + count_at(entries, "sent");
    auto why = message_at(status, "reason").value_or(platform::as_it_stands(state));
    const auto* const known = std::ranges::find(kOfStates, state, &OfState::state);
    if (known == kOfStates.end()) return why;
    return {waiting > 0 ? known->waiting : known->idle,
            {{"count", waiting}, {"why", as_json(why)}}};
}

void add_counted(std::vector<Message>& tasks, const char* code, std::int64_t count) {
    if (count > 0) tasks.push_back({code, {{"count", count}}});
}

}  // namespace

Overview overview(const JsonValue& status) {
    if (text_at(status, "state") == "no_register")
        return {.lost = {"overview.no_register"}, .delivery = {"overview.make_one"}, .tasks = {}};
    const JsonValue& entries = value_at(status, "entries");
    std::vector<Message> tasks;
    add_counted(tasks, "overview.to_sign", count_at(entries, "unsigned"));
    add_counted(tasks, "overview.to_decide", count_at(status, "conflicts"));
    add_counted(tasks, "overview.quarantined", count_at(entries, "quarantined"));
    if (const JsonValue& backup = value_at(status, "backup"); backup.object() != nullptr) {
        if (const auto why = message_at(backup, "failed")) {
            tasks.push_back({"overview.backup_failed", {{"why", as_json(*why)}}});
        } else if (text_at(backup, "lastAt").empty()) {
            tasks.push_back({"overview.no_backup"});
        }
        if (const auto why = message_at(value_at(backup, "drill"), "failed"))
            tasks.push_back({"overview.drill_failed", {{"why", as_json(*why)}}});
    }
    if (const auto why = message_at(value_at(status, "clock"), "reason"))
        tasks.push_back({"overview.clock", {{"why", as_json(*why)}}});
    Message lost = lost_of(status);
    const std::string state = text_at(status, "state");
    const bool calm =
        lost.code == "overview.nothing_lost" || lost.code == "overview.nothing_recorded";
    if (calm && tasks.empty() && (state == "synced" || state == "pending" || state == "offline"))
        tasks.push_back({"overview.nothing_to_do"});
    return {.lost = std::move(lost), .delivery = delivery_of(status), .tasks = std::move(tasks)};
}

}  // namespace tizilim::agent
