#include "store/replication/frame_values.h"

#include "platform/clock.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "platform/text/visible.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/link_state.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Instant;
using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;
using platform::WallTime;

template <class E>
struct Named {
    E value;
    std::string_view name;
};

constexpr auto kVerdicts = std::to_array<Named<Verdict>>({{Verdict::sent, "sent"},
                                                          {Verdict::delivered, "delivered"},
                                                          {Verdict::missing, "missing"},
                                                          {Verdict::quarantined, "quarantined"},
                                                          {Verdict::deferred, "deferred"},
                                                          {Verdict::forgotten, "forgotten"}});

constexpr auto kOutcomes =
    std::to_array<Named<Outcome>>({{Outcome::progress, "progress"},
                                   {Outcome::idle, "idle"},
                                   {Outcome::offline, "offline"},
                                   {Outcome::captive_portal, "captive_portal"},
                                   {Outcome::unauthorized, "unauthorized"},
                                   {Outcome::refused, "refused"}});

using Kind = StoreError::Kind;
constexpr auto kKinds = std::to_array<Named<Kind>>({{Kind::absent, "absent"},
                                                    {Kind::exists, "exists"},
                                                    {Kind::wrong_key, "wrong_key"},
                                                    {Kind::damaged, "damaged"},
                                                    {Kind::newer_schema, "newer_schema"},
                                                    {Kind::refused, "refused"},
                                                    {Kind::withdraws, "withdraws"},
                                                    {Kind::disk_full, "disk_full"},
                                                    {Kind::read_only, "read_only"},
                                                    {Kind::io, "io"}});

template <class Table, class E>
JsonValue name_in(const Table& table, E value) {
    return std::ranges::find(table, value, &Named<E>::value)->name;
}

template <class Table, class E>
bool named_in(const Table& table, const JsonValue& json, E& value) {
    if (json.string() == nullptr) return false;
    const auto found = std::ranges::find(table, *json.string(), &Named<E>::name);
    if (found == table.end()) return false;
    value = found->value;
    return true;
}

/// A decimal number as std::to_string() writes it.
template <class Integer>
bool read_decimal(const JsonValue& json, Integer& value) {
    const std::string* const text = json.string();
    if (text == nullptr) return false;
    const char* const end = text->data() + text->size();
    const auto [at, failed] = std::from_chars(text->data(), end, value);
    return failed == std::errc{} && at == end && std::to_string(value) == *text;
}

template <class Duration>
bool read_duration(const JsonValue& json, Duration& value) {
    if (json.integer() == nullptr) return false;
    value = Duration(*json.integer());
    return true;
}

/// What is invalid in a system's text must not make the whole frame unreadable.
// NOLINTNEXTLINE(misc-no-recursion): a message in a message, as deep as a reader of JSON allows
JsonValue readable(const JsonValue& value) {
    if (const std::string* const text = value.string())
        return platform::invalid_utf8_at(*text) ? platform::visible(*text) : *text;
    if (const JsonArray* const array = value.array()) {
        JsonArray out;
        for (const JsonValue& element : *array) out.push_back(readable(element));
        return out;
    }
    if (const JsonObject* const object = value.object()) {
        JsonObject out;
        for (const auto& [name, member] : *object) out.push_back({name, readable(member)});
        return out;
    }
    return value;
}

}  // namespace

JsonValue encoded(bool value) {
    return value;
}
JsonValue encoded(std::uint64_t value) {
    return std::to_string(value);
}
JsonValue encoded(const std::string& value) {
    return readable(value);
}
JsonValue encoded(const JsonObject& value) {
    return value;
}
JsonValue encoded(const Message& value) {
    return readable(platform::as_json(value));
}
JsonValue encoded(WallTime value) {
    return value.time_since_epoch().count();
}
JsonValue encoded(Instant value) {
    return std::to_string(value.time_since_epoch().count());
}
JsonValue encoded(std::chrono::seconds value) {
    return value.count();
}
JsonValue encoded(std::chrono::milliseconds value) {
    return value.count();
}
JsonValue encoded(OutboxPosition value) {
    return encoded(static_cast<std::uint64_t>(value));
}
JsonValue encoded(Verdict value) {
    return name_in(kVerdicts, value);
}
JsonValue encoded(Outcome value) {
    return name_in(kOutcomes, value);
}
JsonValue encoded(StoreError::Kind value) {
    return name_in(kKinds, value);
}
JsonValue encoded(const Revision& value) {
    return value.generation == 0 ? std::string() : value.to_string();
}
JsonValue encoded(const DisclosedEntry& value) {
    return JsonObject{{"id", encoded(value.document_id())},
                      {"rev", encoded(value.revision())},
                      {"ancestors", encoded(value.ancestors())},
                      {"deleted", value.deleted()},
                      {"body", value.body()}};
}

bool decode(const JsonValue& json, bool& value) {
    if (json.boolean() == nullptr) return false;
    value = *json.boolean();
    return true;
}
bool decode(const JsonValue& json, std::uint64_t& value) {
    return read_decimal(json, value);
}
bool decode(const JsonValue& json, std::string& value) {
    if (json.string() == nullptr) return false;
    value = *json.string();
    return true;
}
bool decode(const JsonValue& json, JsonObject& value) {
    if (json.object() == nullptr) return false;
    value = *json.object();
    return true;
}
bool decode(const JsonValue& json, Message& value) {
    auto message = platform::message_of(json);
    if (!message || json.object()->size() != 2) return false;
    value = *std::move(message);
    return true;
}
bool decode(const JsonValue& json, WallTime& value) {
    std::chrono::milliseconds since{};
    if (!decode(json, since)) return false;
    value = WallTime(since);
    return true;
}
bool decode(const JsonValue& json, Instant& value) {
    Instant::rep count = 0;
    if (!read_decimal(json, count)) return false;
    value = Instant(Instant::duration(count));
    return true;
}
bool decode(const JsonValue& json, std::chrono::seconds& value) {
    return read_duration(json, value);
}
bool decode(const JsonValue& json, std::chrono::milliseconds& value) {
    return read_duration(json, value);
}
bool decode(const JsonValue& json, OutboxPosition& value) {
    std::uint64_t position = 0;
    if (!decode(json, position)) return false;
    value = OutboxPosition{position};
    return true;
}
bool decode(const JsonValue& json, Verdict& value) {
    return named_in(kVerdicts, json, value);
}
bool decode(const JsonValue& json, Outcome& value) {
    return named_in(kOutcomes, json, value);
}
bool decode(const JsonValue& json, StoreError::Kind& value) {
    return named_in(kKinds, json, value);
}
bool decode(const JsonValue& json, Revision& value) {
    if (json.string() == nullptr) return false;
    value = Revision{};
    if (json.string()->empty()) return true;
    auto revision = Revision::parse(*json.string());
    if (!revision) return false;
    value = *std::move(revision);
    return true;
}

std::optional<DisclosedEntry> disclosed_entry_in(const JsonValue& json) {
    struct Given {
        std::string id;
        Revision revision;
        std::vector<std::string> ancestors;
        bool deleted = false;
        std::string body;
    } given;
    const auto member = [&](std::string_view name, auto& value) {
        const JsonValue* const found = json.find(name);
        return found != nullptr && decode(*found, value);
    };
    constexpr std::size_t kMembers = 5;
    if (json.object() == nullptr || json.object()->size() != kMembers || !member("id", given.id) ||
        !member("rev", given.revision) || !member("ancestors", given.ancestors) ||
        !member("deleted", given.deleted) || !member("body", given.body))
        return {};
    const auto body = platform::read_json(given.body);
    if (!body || body->object() == nullptr) return {};
    DisclosedEntry entry(std::move(given.id), *body->object());
    if (entry.body_ != given.body) return {};  // it is canonical, so that its digest holds
    entry.revision_ = std::move(given.revision);
    entry.ancestors_ = std::move(given.ancestors);
    entry.deleted_ = given.deleted;
    return entry;
}

bool decode(const JsonValue& json, std::vector<DisclosedEntry>& entries) {
    if (json.array() == nullptr) return false;
    entries.clear();
    for (const JsonValue& element : *json.array()) {
        auto entry = disclosed_entry_in(element);
        if (!entry) return false;
        entries.push_back(*std::move(entry));
    }
    return true;
}

}  // namespace tizilim::store
