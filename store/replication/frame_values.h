#pragma once

#include "platform/text/json.h"
#include "store/replication/link_state.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tizilim::store {

/// The values of frames as JSON, and back: encoded() never fails, decode() is strict and false for
/// another type, an unknown or a missing member, or what no value of ours can be. For messages.cpp
/// and frame_values.cpp alone.
///
/// 64-bit numbers travel as text, since JSON has room for 53 bits; instants as such a number of
/// nanoseconds, for both programs see the same clock; a revision as "3-9f…", generation 0 as "".

[[nodiscard]] platform::JsonValue encoded(bool value);
[[nodiscard]] platform::JsonValue encoded(std::uint64_t value);
[[nodiscard]] platform::JsonValue encoded(const std::string& value);
[[nodiscard]] platform::JsonValue encoded(const platform::JsonObject& value);
[[nodiscard]] platform::JsonValue encoded(const platform::Message& value);
[[nodiscard]] platform::JsonValue encoded(platform::WallTime value);
[[nodiscard]] platform::JsonValue encoded(platform::Instant value);
[[nodiscard]] platform::JsonValue encoded(std::chrono::seconds value);
[[nodiscard]] platform::JsonValue encoded(std::chrono::milliseconds value);
[[nodiscard]] platform::JsonValue encoded(OutboxPosition value);
[[nodiscard]] platform::JsonValue encoded(Verdict value);
[[nodiscard]] platform::JsonValue encoded(Outcome value);
[[nodiscard]] platform::JsonValue encoded(StoreError::Kind value);
[[nodiscard]] platform::JsonValue encoded(const Revision& value);
[[nodiscard]] platform::JsonValue encoded(const DisclosedEntry& value);

[[nodiscard]] bool decode(const platform::JsonValue& json, bool& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, std::uint64_t& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, std::string& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, platform::JsonObject& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, platform::Message& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, platform::WallTime& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, platform::Instant& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, std::chrono::seconds& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, std::chrono::milliseconds& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, OutboxPosition& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, Verdict& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, Outcome& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, StoreError::Kind& value);
[[nodiscard]] bool decode(const platform::JsonValue& json, Revision& value);

/// The members of what is an object in a frame, once for both directions: `member` is called with
/// each name and value.
template <class T, class Of>
concept IsA = std::same_as<std::remove_cvref_t<T>, Of>;

void members(IsA<Leaf> auto& leaf, auto&& member) {
    member("id", leaf.document_id);
    member("rev", leaf.revision);
}
void members(IsA<BatchBounds> auto& bounds, auto&& member) {
    member("entries", bounds.entries_max);
    member("bytes", bounds.bytes_max);
}
void members(IsA<Changes> auto& changes, auto&& member) {
    member("entries", changes.entries);
    member("handed_out_before", changes.handed_out_before);
    member("last", changes.last);
}
void members(IsA<AuditSlice> auto& slice, auto&& member) {
    member("leaves", slice.leaves);
    member("last", slice.last);
}
void members(IsA<Mark> auto& mark, auto&& member) {
    member("leaf", mark.leaf);
    member("verdict", mark.verdict);
    member("reason", mark.reason);
}
void members(IsA<RemoteDocument> auto& document, auto&& member) {
    member("id", document.id);
    member("rev", document.revision);
    member("ancestors", document.ancestors);
    member("deleted", document.deleted);
    member("body", document.body);
}
void members(IsA<Checkpoint> auto& checkpoint, auto&& member) {
    member("pulled", checkpoint.pulled);
    member("epoch", checkpoint.epoch);
    member("nonce", checkpoint.nonce);
    member("peer_instance", checkpoint.peer_instance);
    member("audited", checkpoint.audited);
    member("audit_began", checkpoint.audit_began);
    member("rules", checkpoint.rules);
}
void members(IsA<PcHealth> auto& health, auto&& member) {
    member("version", health.version);
    member("state", health.state);
    member("waiting", health.waiting);
    member("backup_age", health.backup_age);
    member("balance_error", health.balance_error);
}
void members(IsA<TimestampBytes> auto& bytes, auto&& member) {
    member("base64", bytes.base64);
}
void members(IsA<platform::LinkCounters> auto& counters, auto&& member) {
    member("requests", counters.requests);
    member("bytes_up", counters.bytes_up);
    member("bytes_down", counters.bytes_down);
}
void members(IsA<Next> auto& next, auto&& member) {
    member("at", next.at);
    member("why", next.why);
}
void members(IsA<LinkState> auto& link, auto&& member) {
    member("outcome", link.outcome);
    member("reason", link.reason);
    member("failing_since", link.failing_since);
    member("failures", link.failures);
    member("succeeded_at", link.succeeded_at);
    member("progressed_at", link.progressed_at);
    member("last_verified_at", link.last_verified_at);
    member("skipped", link.skipped);
    member("peer_clock_ahead", link.peer_clock_ahead);
    member("peer_clock_read_at", link.peer_clock_read_at);
    member("poll_interval", link.poll_interval);
    member("next", link.next);
}
void members(IsA<SyncSnapshot> auto& snapshot, auto&& member) {
    member("link", snapshot.link);
    member("peer", snapshot.peer);
    member("counters", snapshot.counters);
    member("pause_reason", snapshot.pause_reason);
    member("store_problem", snapshot.store_problem);
    member("poll_interval", snapshot.poll_interval);
    member("stepping_since", snapshot.stepping_since);
    member("stepped_at", snapshot.stepped_at);
    member("due_at", snapshot.due_at);
    member("confinement", snapshot.confinement);
    member("certificate_ends_at", snapshot.certificate_ends_at);
}

template <class T>
concept HasMembers = requires(T& value) { members(value, [](std::string_view, auto&) {}); };

template <HasMembers T>
[[nodiscard]] platform::JsonValue encoded(const T& value);
template <class T>
[[nodiscard]] platform::JsonValue encoded(const std::optional<T>& value);
template <class T>
[[nodiscard]] platform::JsonValue encoded(const std::vector<T>& values);
template <HasMembers T>
[[nodiscard]] bool decode(const platform::JsonValue& json, T& value);
template <class T>
[[nodiscard]] bool decode(const platform::JsonValue& json, std::optional<T>& value);
template <class T>
[[nodiscard]] bool decode(const platform::JsonValue& json, std::vector<T>& values);
/// A DisclosedEntry has no empty value.
[[nodiscard]] bool decode(const platform::JsonValue& json, std::vector<DisclosedEntry>& entries);

template <HasMembers T>
platform::JsonValue encoded(const T& value) {
    platform::JsonObject object;
    members(value, [&](std::string_view name, const auto& member) {
        object.push_back({std::string(name), encoded(member)});
    });
    return object;
}

template <class T>
platform::JsonValue encoded(const std::optional<T>& value) {
    return value ? encoded(*value) : platform::JsonValue(nullptr);
}

template <class T>
platform::JsonValue encoded(const std::vector<T>& values) {
    platform::JsonArray array;
    array.reserve(values.size());
    for (const T& value : values) array.push_back(encoded(value));
    return array;
}

template <HasMembers T>
bool decode(const platform::JsonValue& json, T& value) {
    if (json.object() == nullptr) return false;
    std::size_t count = 0;
    bool good = true;
    members(value, [&](std::string_view name, auto& member) {
        ++count;
        const platform::JsonValue* const given = json.find(name);
        good = good && given != nullptr && decode(*given, member);
    });
    return good && json.object()->size() == count;
}

template <class T>
bool decode(const platform::JsonValue& json, std::optional<T>& value) {
    if (json == platform::JsonValue(nullptr)) {
        value.reset();
        return true;
    }
    return decode(json, value.emplace());
}

template <class T>
bool decode(const platform::JsonValue& json, std::vector<T>& values) {
    if (json.array() == nullptr) return false;
    values.clear();
    values.reserve(json.array()->size());
    for (const platform::JsonValue& element : *json.array())
        if (!decode(element, values.emplace_back())) return false;
    return true;
}

}  // namespace tizilim::store
