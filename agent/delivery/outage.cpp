#include "agent/delivery/outage.h"

#include "agent/delivery/agent_state.h"
#include "platform/check.h"
#include "platform/clock.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

constexpr auto kEnds =
    std::to_array<OutageEnd>({OutageEnd::under_way, OutageEnd::over, OutageEnd::changed,
                              OutageEnd::paused, OutageEnd::unknown});

/// What stands between "//" and "@" in an address: nobody should put a password there, and nobody
/// should find one here.
std::string without_credentials(std::string text) {
    for (std::size_t at = text.find("//"); at != std::string::npos; at = text.find("//", at)) {
        at += 2;
        const std::size_t end = std::min(text.find_first_of("/ \"'", at), text.size());
        const std::size_t sign = text.substr(at, end - at).rfind('@');
        if (sign != std::string::npos) text.erase(at, sign + 1);
    }
    return text;
}

std::string fit_text(std::string text) {
    text = without_credentials(std::move(text));
    const auto is_control = [](unsigned char byte) { return byte < ' ' || byte == 0x7f; };
    std::replace_if(text.begin(), text.end(), is_control, ' ');
    if (text.size() <= kOutageTextBytesMax) return text;
    std::size_t end = kOutageTextBytesMax;
    // Not within a character of UTF-8.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text;
}

/// Makes each text in `value` fit. Messages in it, and lists, are as deep as this program made
/// them, or as read_json() allows.
// NOLINTNEXTLINE(misc-no-recursion)
void fit_texts(JsonValue& value) {
    if (auto* const text = std::get_if<std::string>(&value.value)) *text = fit_text(*text);
    if (auto* const list = std::get_if<JsonArray>(&value.value))
        for (JsonValue& item : *list) fit_texts(item);
    if (auto* const object = std::get_if<JsonObject>(&value.value))
        for (platform::JsonMember& member : *object) fit_texts(member.value);
}

Message fit_for_log(Message reason) {
    for (platform::JsonMember& member : reason.values) fit_texts(member.value);
    if (platform::packed(reason).size() <= kOutageReasonBytesMax) return reason;
    return platform::as_it_stands(fit_text(platform::in_english(reason)));
}

std::int64_t milliseconds_of(platform::WallTime time) {
    return time.time_since_epoch().count();
}

std::optional<platform::WallTime> time_at(const JsonValue& json, std::string_view name) {
    const JsonValue* const member = json.find(name);
    if (member == nullptr || member->integer() == nullptr) return {};
    return platform::WallTime(std::chrono::milliseconds(*member->integer()));
}

std::optional<std::uint64_t> count_at(const JsonValue& json, std::string_view name) {
    const JsonValue* const member = json.find(name);
    if (member == nullptr || member->integer() == nullptr || *member->integer() < 0) return {};
    return static_cast<std::uint64_t>(*member->integer());
}

std::optional<std::string> text_at(const JsonValue& json, std::string_view name) {
    const JsonValue* const member = json.find(name);
    if (member == nullptr || member->string() == nullptr) return {};
    return *member->string();
}

bool take_errors(const JsonValue& json, Outage& outage) {
    const JsonValue* const errors = json.find("errors");
    if (errors == nullptr || errors->array() == nullptr) return false;
    for (const JsonValue& error : *errors->array()) {
        const auto reason = text_at(error, "reason");
        const auto count = count_at(error, "count");
        if (!reason || !count) return false;
        outage.add_errors(platform::unpacked(*reason), *count);
    }
    return true;
}

}  // namespace

std::string_view outage_end_name(OutageEnd end) {
    switch (end) {
        case OutageEnd::under_way:
            return "";
        case OutageEnd::over:
            return "over";
        case OutageEnd::changed:
            return "changed";
        case OutageEnd::paused:
            return "paused";
        case OutageEnd::unknown:
            return "unknown";
    }
    CHECK(false);
}

void Outage::add_errors(const Message& reason, std::uint64_t count) {
    if (count == 0) return;
    const Message fit = fit_for_log(reason);
    const auto same = std::find_if(errors.begin(), errors.end(),
                                   [&](const OutageError& known) { return known.reason == fit; });
    if (same != errors.end()) {
        same->count += count;
    } else if (errors.size() < kOutageErrorsMax) {
        errors.push_back({fit, count});
    } else {
        other_errors += count;
    }
}

bool Outage::overlaps(platform::WallTime since, platform::WallTime until,
                      platform::WallTime now) const {
    const platform::WallTime known_to = to.value_or(std::max(now, from));
    return from < until && (known_to > since || from >= since);
}

std::string outage_line(const Outage& outage) {
    JsonArray errors;
    for (const OutageError& error : outage.errors)
        errors.emplace_back(
            JsonObject{{"reason", platform::packed(error.reason)}, {"count", error.count}});
    return platform::to_json(
        JsonObject{{"id", outage.id},
                   {"from", milliseconds_of(outage.from)},
                   {"last", milliseconds_of(outage.last)},
                   {"to", outage.to ? JsonValue(milliseconds_of(*outage.to)) : JsonValue()},
                   {"cause", state_name(outage.cause)},
                   {"end", outage_end_name(outage.end)},
                   {"attempts", outage.attempts},
                   {"errors", std::move(errors)},
                   {"other_errors", outage.other_errors}});
}

std::optional<Outage> outage_of_line(std::string_view line) {
    const auto json = platform::read_json(line);
    if (!json) return {};
    const auto id = count_at(*json, "id");
    const auto from = time_at(*json, "from");
    const auto last = time_at(*json, "last");
    const auto cause = state_named(text_at(*json, "cause").value_or(""));
    const auto end_name = text_at(*json, "end");
    const auto* const end = std::find_if(kEnds.begin(), kEnds.end(), [&](OutageEnd known) {
        return end_name && outage_end_name(known) == *end_name;
    });
    const auto attempts = count_at(*json, "attempts");
    if (!id || !from || !last || !cause || end == kEnds.end() || !attempts) return {};
    Outage outage{.id = *id,
                  .from = *from,
                  .last = *last,
                  .to = time_at(*json, "to"),
                  .cause = *cause,
                  .end = *end,
                  .attempts = *attempts};
    if (!take_errors(*json, outage)) return {};
    outage.other_errors += count_at(*json, "other_errors").value_or(0);
    return outage;
}

}  // namespace tizilim::agent
