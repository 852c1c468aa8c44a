#include "store/replication/messages.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/replication/frame_values.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Expected;
using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;
using platform::Unexpected;

/// A peer's document may be as deep as a reader of JSON allows, and stands in a frame a few levels
/// down. So many values take some megabytes, and no document of a peer has more.
constexpr platform::JsonBounds kFrameBounds{.depth_max = 40, .values_max = 200'000};

/// A long list goes over in parts of about so many bytes, of one document at least.
constexpr std::size_t kPartBytes = std::size_t{256} * 1024;
constexpr std::size_t kPartLeaves = 1000;

/// What one call may ask for, or bring: more is asked by nobody, and would take the memory in which
/// entries are recorded.
constexpr std::size_t kCountMax = 10'000;
constexpr std::size_t kBatchBytesMax = std::size_t{1} << 20;
constexpr std::size_t kNameBytesMax = 1024;  ///< of a peer, of a document

constexpr auto kNotices =
    std::to_array<std::pair<Notice, std::string_view>>({{Notice::pending_added, "pending_added"},
                                                        {Notice::sync_now, "sync_now"},
                                                        {Notice::paused, "paused"},
                                                        {Notice::resumed, "resumed"}});

struct Failure {
    StoreError::Kind kind{};
    Message why;
};
void members(IsA<Failure> auto& failure, auto&& member) {
    member("kind", failure.kind);
    member("why", failure.why);
}

void limit(std::size_t& count) {
    count = std::clamp<std::size_t>(count, 1, kCountMax);
}
void limit(BatchBounds& bounds) {
    limit(bounds.entries_max);
    bounds.bytes_max = std::min(bounds.bytes_max, kBatchBytesMax);
}
template <class T>
void limit(T& /*other*/) {}

bool is_bounded(const std::string& name) {
    return name.size() <= kNameBytesMax;
}
bool is_bounded(const TimestampBytes& bytes) {
    return bytes.base64.size() <= (kTimestampAnswerMax + 2) / 3 * 4;
}
bool is_bounded(const Message& message) {
    return platform::to_json(encoded(message)).size() <= kNameBytesMax;
}
bool is_bounded(const std::vector<Leaf>& leaves) {
    return leaves.size() <= kPartLeaves;
}
bool is_bounded(const std::vector<Mark>& marks) {
    return marks.size() <= kPartLeaves;
}
template <class T>
bool is_bounded(const T& /*other*/) {
    return true;
}

/// How one call is read, done and answered. Nothing: the arguments are not its own.
using Handler = std::optional<JsonValue> (*)(const JsonArray& with, Replication& replication);

template <class... Arguments>
std::optional<std::tuple<std::remove_cvref_t<Arguments>...>> arguments_in(const JsonArray& with) {
    std::tuple<std::remove_cvref_t<Arguments>...> arguments;
    if (with.size() != sizeof...(Arguments)) return {};
    const auto read = [&]<std::size_t... i>(std::index_sequence<i...>) {
        return (decode(with[i], std::get<i>(arguments)) && ...) &&
               (is_bounded(std::get<i>(arguments)) && ...);
    };
    if (!read(std::index_sequence_for<Arguments...>{})) return {};
    std::apply([](auto&... each) { (limit(each), ...); }, arguments);
    return arguments;
}

template <class Call, class... Arguments>
std::optional<JsonValue> done(const JsonArray& with, const Call& call) {
    const auto arguments = arguments_in<Arguments...>(with);
    if (!arguments) return {};
    if constexpr (std::is_void_v<decltype(std::apply(call, *arguments))>) {
        std::apply(call, *arguments);
        return JsonValue(nullptr);
    } else {
        return encoded(std::apply(call, *arguments));
    }
}

/// The handler of a member function of Replication.
template <auto Method>
struct Handled;
template <class Result, class... Arguments, Result (Replication::*Method)(Arguments...)>
struct Handled<Method> {
    static std::optional<JsonValue> handle(const JsonArray& with, Replication& replication) {
        const auto call = [&](const auto&... arguments) {
            return (replication.*Method)(arguments...);
        };
        return done<decltype(call), Arguments...>(with, call);
    }
};
template <class Result, class... Arguments, Result (Replication::*Method)(Arguments...) const>
struct Handled<Method> {
    static std::optional<JsonValue> handle(const JsonArray& with, Replication& replication) {
        const auto call = [&](const auto&... arguments) {
            return (replication.*Method)(arguments...);
        };
        return done<decltype(call), Arguments...>(with, call);
    }
};

struct NamedHandler {
    std::string_view name;
    Handler handle;
};

/// All of Replication.
constexpr auto kHandlers = std::to_array<NamedHandler>(
    {{"installation_id", Handled<&Replication::installation_id>::handle},
     {"changes_after", Handled<&Replication::changes_after>::handle},
     {"missing", Handled<&Replication::missing>::handle},
     {"apply", Handled<&Replication::apply>::handle},
     {"mark", Handled<&Replication::mark>::handle},
     {"awaiting_receipt", Handled<&Replication::awaiting_receipt>::handle},
     {"delivered_after", Handled<&Replication::delivered_after>::handle},
     {"still_readable", Handled<&Replication::still_readable>::handle},
     {"unverified", Handled<&Replication::unverified>::handle},
     {"cut_histories", Handled<&Replication::cut_histories>::handle},
     {"reads_feed_first", Handled<&Replication::reads_feed_first>::handle},
     {"feed_ended", Handled<&Replication::feed_ended>::handle},
     {"unified_to_ask", Handled<&Replication::unified_to_ask>::handle},
     {"unified_asked", Handled<&Replication::unified_asked>::handle},
     {"release_quarantined", Handled<&Replication::release_quarantined>::handle},
     {"distrust", Handled<&Replication::distrust>::handle},
     {"record_own_rollback", Handled<&Replication::record_own_rollback>::handle},
     {"record_astray", Handled<&Replication::record_astray>::handle},
     {"checkpoint", Handled<&Replication::checkpoint>::handle},
     {"set_checkpoint", Handled<&Replication::set_checkpoint>::handle},
     {"health", Handled<&Replication::health>::handle},
     {"timestamped_at", Handled<&Replication::timestamped_at>::handle},
     {"timestamp_request", Handled<&Replication::timestamp_request>::handle},
     {"timestamp_answered", Handled<&Replication::timestamp_answered>::handle},
     {"timestamp_failed", Handled<&Replication::timestamp_failed>::handle}});

Unexpected<Message> out_of_shape(std::string_view what) {
    return Unexpected<Message>{{"frame.out_of_shape", {{"what", std::string(what)}}}};
}

/// The one member of a frame, or two for a call.
Expected<JsonObject, Message> members_of(std::string_view frame) {
    auto json = platform::read_json(frame, kFrameBounds);
    if (!json) return Unexpected<Message>{json.error()};
    if (json->object() == nullptr || json->object()->empty()) return out_of_shape("{}");
    return *json->object();
}

/// The reply as the caller's type. \throws StoreError
template <class T>
T result_of(const Reply& reply) {
    if (reply.failed) throw StoreError(*reply.failed);
    if constexpr (!std::is_void_v<T>) {
        T result{};
        if (!decode(reply.answer, result))
            throw StoreError(StoreError::Kind::io, {"frame.out_of_shape", {{"what", "answer"}}});
        return result;
    }
}

template <class T, class... Arguments>
T asked(const RemoteReplication::Ask& ask, std::string name, const Arguments&... arguments) {
    return result_of<T>(ask({std::move(name), {encoded(arguments)...}}));
}

/// `all` in parts that one call may bring, each in a frame: one of them at least.
template <class T>
std::vector<std::vector<T>> parts_of(const std::vector<T>& all) {
    std::vector<std::vector<T>> parts;
    std::size_t bytes = 0;
    for (const T& one : all) {
        const std::size_t more = platform::to_json(encoded(one)).size();
        if (parts.empty() || parts.back().size() == kPartLeaves || bytes + more > kPartBytes) {
            parts.emplace_back();
            bytes = 0;
        }
        parts.back().push_back(one);
        bytes += more;
    }
    return parts;
}

void append(std::vector<Leaf>& to, std::vector<Leaf> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::string frame_of(const Call& call) {
    return platform::to_json(JsonObject{{"call", call.name}, {"with", call.with}});
}

std::string frame_of(const Reply& reply) {
    if (!reply.failed) return platform::to_json(JsonObject{{"answer", reply.answer}});
    const Failure failure{reply.failed->kind(), reply.failed->message()};
    return platform::to_json(JsonObject{{"failed", encoded(failure)}});
}

std::string frame_of(const SyncSnapshot& report) {
    return platform::to_json(JsonObject{{"report", encoded(report)}});
}

std::string frame_of(Notice notice) {
    const auto* const row =
        std::ranges::find(kNotices, notice, &decltype(kNotices)::value_type::first);
    return platform::to_json(JsonObject{{"notice", row->second}});
}

Expected<FrameOfSync, Message> read_frame_of_sync(std::string_view frame) {
    const auto members = members_of(frame);
    if (!members) return Unexpected<Message>{members.error()};
    const auto& [name, value] = members->front();
    if (name == "report" && members->size() == 1) {
        SyncSnapshot report;
        if (decode(value, report)) return FrameOfSync(std::move(report));
    }
    constexpr std::size_t kCallMembers = 2;
    if (name == "call" && members->size() == kCallMembers && value.string() != nullptr) {
        const auto& [second, with] = members->back();
        if (second == "with" && with.array() != nullptr)
            return FrameOfSync(Call{*value.string(), *with.array()});
    }
    return out_of_shape(name);
}

Expected<FrameOfRegister, Message> read_frame_of_register(std::string_view frame) {
    const auto members = members_of(frame);
    if (!members) return Unexpected<Message>{members.error()};
    const auto& [name, value] = members->front();
    if (members->size() != 1) return out_of_shape(name);
    if (name == "answer") return FrameOfRegister(Reply{value});
    if (name == "failed") {
        Failure failure;
        if (decode(value, failure))
            return FrameOfRegister(Reply{{}, StoreError(failure.kind, std::move(failure.why))});
    }
    if (name == "notice" && value.string() != nullptr) {
        for (const auto& [notice, word] : kNotices)
            if (word == *value.string()) return FrameOfRegister(notice);
    }
    return out_of_shape(name);
}

Expected<Reply, Message> reply_to(const Call& call, Replication& replication) {
    const auto* const handler = std::ranges::find(kHandlers, call.name, &NamedHandler::name);
    if (handler == kHandlers.end()) return out_of_shape("call");
    try {
        auto answer = handler->handle(call.with, replication);
        if (!answer) return out_of_shape(call.name);
        return Reply{*std::move(answer)};
    } catch (const StoreError& error) {
        return Reply{{}, error};
    }
}

std::optional<Reply> reply_of_health(const Call& call, const std::optional<PcHealth>& health) {
    if (call.name != "health" || !call.with.empty()) return {};
    return Reply{encoded(health)};
}

std::string RemoteReplication::installation_id() const {
    return asked<std::string>(ask_, "installation_id");
}

Changes RemoteReplication::changes_after(OutboxPosition after, const BatchBounds& bounds) {
    return asked<Changes>(ask_, "changes_after", after, bounds);
}

std::vector<Leaf> RemoteReplication::missing(const std::vector<Leaf>& offered) const {
    std::vector<Leaf> wanted;
    for (const auto& part : parts_of(offered))
        append(wanted, asked<std::vector<Leaf>>(ask_, "missing", part));
    return wanted;
}

void RemoteReplication::apply(const std::string& peer, const std::vector<RemoteDocument>& documents,
                              const Checkpoint& reached) {
    const auto parts = parts_of(documents);
    if (parts.size() < 2) return asked<void>(ask_, "apply", peer, documents, reached);
    const Checkpoint before = checkpoint(peer);
    for (const auto& part : parts)
        asked<void>(ask_, "apply", peer, part, &part == &parts.back() ? reached : before);
}

void RemoteReplication::mark(const std::string& peer, const std::vector<Mark>& marks) {
    for (const auto& part : parts_of(marks)) asked<void>(ask_, "mark", peer, part);
}

std::vector<Leaf> RemoteReplication::awaiting_receipt(std::size_t count_max) const {
    return asked<std::vector<Leaf>>(ask_, "awaiting_receipt", count_max);
}

AuditSlice RemoteReplication::delivered_after(OutboxPosition after, std::size_t count_max) const {
    AuditSlice all{.leaves = {}, .last = after};
    do {
        const std::size_t wanted = std::min(kPartLeaves, count_max - all.leaves.size());
        auto slice = asked<AuditSlice>(ask_, "delivered_after", all.last, wanted);
        append(all.leaves, std::move(slice.leaves));
        all.last = slice.last;
    } while (all.last != OutboxPosition{} && all.leaves.size() < count_max);
    return all;
}

std::vector<Leaf> RemoteReplication::still_readable(const std::string& after,
                                                    std::size_t count_max) const {
    return asked<std::vector<Leaf>>(ask_, "still_readable", after, count_max);
}

std::vector<Leaf> RemoteReplication::unverified(
    const std::vector<RemoteDocument>& documents) const {
    std::vector<Leaf> all;
    for (const auto& part : parts_of(documents))
        append(all, asked<std::vector<Leaf>>(ask_, "unverified", part));
    return all;
}

std::vector<Leaf> RemoteReplication::cut_histories(std::size_t count_max) const {
    return asked<std::vector<Leaf>>(ask_, "cut_histories", count_max);
}

bool RemoteReplication::reads_feed_first() const {
    return asked<bool>(ask_, "reads_feed_first");
}

void RemoteReplication::feed_ended(const std::string& peer) {
    asked<void>(ask_, "feed_ended", peer);
}

std::vector<Leaf> RemoteReplication::unified_to_ask(std::size_t count_max) const {
    return asked<std::vector<Leaf>>(ask_, "unified_to_ask", count_max);
}

void RemoteReplication::unified_asked(const std::vector<Leaf>& asked_for) {
    for (const auto& part : parts_of(asked_for)) asked<void>(ask_, "unified_asked", part);
}

void RemoteReplication::release_quarantined() {
    asked<void>(ask_, "release_quarantined");
}

void RemoteReplication::distrust(const std::string& peer, const Checkpoint& restart) {
    asked<void>(ask_, "distrust", peer, restart);
}

void RemoteReplication::record_own_rollback(const std::string& peer) {
    asked<void>(ask_, "record_own_rollback", peer);
}

void RemoteReplication::record_astray(const std::string& peer, const std::vector<Leaf>& leaves) {
    for (const auto& part : parts_of(leaves)) asked<void>(ask_, "record_astray", peer, part);
}

Checkpoint RemoteReplication::checkpoint(const std::string& peer) const {
    return asked<Checkpoint>(ask_, "checkpoint", peer);
}

void RemoteReplication::set_checkpoint(const std::string& peer, const Checkpoint& reached) {
    asked<void>(ask_, "set_checkpoint", peer, reached);
}

std::optional<PcHealth> RemoteReplication::health() const {
    return asked<std::optional<PcHealth>>(ask_, "health");
}

std::optional<platform::WallTime> RemoteReplication::timestamped_at() const {
    return asked<std::optional<platform::WallTime>>(ask_, "timestamped_at");
}

TimestampBytes RemoteReplication::timestamp_request() {
    return asked<TimestampBytes>(ask_, "timestamp_request");
}

std::optional<Message> RemoteReplication::timestamp_answered(const TimestampBytes& answer) {
    return asked<std::optional<Message>>(ask_, "timestamp_answered", answer);
}

void RemoteReplication::timestamp_failed(const Message& why) {
    asked<void>(ask_, "timestamp_failed", why);
}

}  // namespace tizilim::store
