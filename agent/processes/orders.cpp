#include "agent/processes/orders.h"

#include "agent/config/setup_fields.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

const JsonValue kNothing(nullptr);

JsonObject json_of(const NetworkStarted& started) {
    return {{"network", JsonObject{{"pid", started.pid},
                                   {"restarts", static_cast<std::int64_t>(started.restarts)}}}};
}
JsonObject json_of(const Ready& /*ready*/) {
    return {{"ready", true}};
}
JsonObject json_of(const WithoutRegister& /*without*/) {
    return {{"without_register", true}};
}
JsonObject json_of(const Renew& /*renew*/) {
    return {{"renew", true}};
}
JsonObject json_of(const Renewed& renewed) {
    if (!renewed.problem) return {{"renewed", kNothing}};
    return {{"renewed", platform::as_json(*renewed.problem)}};
}
JsonObject json_of(const Expect& expect) {
    return {{"expect_within", expect.within ? JsonValue(expect.within->count()) : kNothing}};
}
JsonObject json_of(const Discard& discard) {
    return {{"discard", discard.pid}};
}

JsonObject json_of(const Probe& /*probe*/) {
    return {{"probe", true}};
}
JsonObject json_of(const Alive& alive) {
    return {{"alive", alive.is_well}};
}

JsonValue json_of(const std::optional<KeptSession>& session) {
    if (!session) return kNothing;
    return JsonObject{{"id", session->id}, {"token", session->token}};
}
JsonObject json_of(const SetUp& asked) {
    JsonObject fields;
    for (const auto& [name, text] : asked.fields) fields.push_back({name, text});
    return {
        {"set_up", JsonObject{{"fields", std::move(fields)}, {"session", json_of(asked.session)}}}};
}
JsonObject json_of(const SetUpDone& done) {
    platform::JsonArray problems;
    for (const FieldProblem& problem : done.problems)
        problems.emplace_back(
            JsonObject{{"field", problem.field}, {"message", platform::as_json(problem.message)}});
    return {{"set_up_done", std::move(problems)}};
}
JsonObject json_of(const Begin& begin) {
    return {{"begin", json_of(begin.session)}};
}

bool is_pid(const JsonValue* value) {
    return value != nullptr && value->integer() != nullptr && *value->integer() > 0 &&
           *value->integer() <= std::numeric_limits<int>::max();
}

using OrderRead = platform::Expected<Order, platform::Message>;

OrderRead out_of_shape() {
    return platform::Unexpected<platform::Message>{{"frame.out_of_shape", {{"what", "order"}}}};
}

OrderRead started_in(const JsonValue& value) {
    const JsonValue* const pid = value.find("pid");
    const JsonValue* const restarts = value.find("restarts");
    if (!is_pid(pid) || restarts == nullptr || restarts->integer() == nullptr ||
        *restarts->integer() < 0)
        return out_of_shape();
    return Order(NetworkStarted{static_cast<int>(*pid->integer()),
                                static_cast<std::uint64_t>(*restarts->integer())});
}

OrderRead renewed_in(const JsonValue& value) {
    if (value == kNothing) return Order(Renewed{});
    auto problem = platform::message_of(value);
    if (!problem) return out_of_shape();
    return Order(Renewed{std::move(problem)});
}

OrderRead expect_in(const JsonValue& value) {
    if (value == kNothing) return Order(Expect{});
    if (value.integer() == nullptr || *value.integer() < 0) return out_of_shape();
    return Order(Expect{std::chrono::milliseconds(*value.integer())});
}

OrderRead discard_in(const JsonValue& value) {
    if (!is_pid(&value)) return out_of_shape();
    return Order(Discard{static_cast<int>(*value.integer())});
}

/// Nothing: it has another shape; nothing within: there is none.
std::optional<std::optional<KeptSession>> session_in(const JsonValue* value) {
    if (value == nullptr) return {};
    if (*value == kNothing) return std::optional<KeptSession>{};
    const JsonValue* const id = value->find("id");
    const JsonValue* const token = value->find("token");
    if (id == nullptr || id->string() == nullptr || token == nullptr || token->string() == nullptr)
        return {};
    return KeptSession{*id->string(), *token->string()};
}

OrderRead set_up_in(const JsonValue& value) {
    const JsonValue* const fields = value.find("fields");
    auto session = session_in(value.find("session"));
    if (fields == nullptr || fields->object() == nullptr || !session) return out_of_shape();
    SetUp asked{.fields = {}, .session = *std::move(session)};
    for (const platform::JsonMember& member : *fields->object()) {
        if (member.value.string() == nullptr) return out_of_shape();
        asked.fields[member.name] = *member.value.string();
    }
    return Order(std::move(asked));
}

OrderRead set_up_done_in(const JsonValue& value) {
    if (value.array() == nullptr) return out_of_shape();
    SetUpDone done;
    for (const JsonValue& one : *value.array()) {
        const JsonValue* const field = one.find("field");
        const JsonValue* const message = one.find("message");
        if (field == nullptr || field->string() == nullptr || message == nullptr)
            return out_of_shape();
        auto why = platform::message_of(*message);
        if (!why) return out_of_shape();
        done.problems.push_back({*field->string(), *std::move(why)});
    }
    return Order(std::move(done));
}

OrderRead begin_in(const JsonValue& value) {
    auto session = session_in(&value);
    if (!session) return out_of_shape();
    return Order(Begin{*std::move(session)});
}

OrderRead order_in(std::string_view name, const JsonValue& value) {
    if (name == "network") return started_in(value);
    if (name == "ready" && value == JsonValue(true)) return Order(Ready{});
    if (name == "without_register" && value == JsonValue(true)) return Order(WithoutRegister{});
    if (name == "renew" && value == JsonValue(true)) return Order(Renew{});
    if (name == "renewed") return renewed_in(value);
    if (name == "expect_within") return expect_in(value);
    if (name == "discard") return discard_in(value);
    if (name == "probe" && value == JsonValue(true)) return Order(Probe{});
    if (name == "alive" && value.boolean() != nullptr) return Order(Alive{*value.boolean()});
    if (name == "set_up") return set_up_in(value);
    if (name == "set_up_done") return set_up_done_in(value);
    if (name == "begin") return begin_in(value);
    return out_of_shape();
}

}  // namespace

std::string frame_of(const Order& order) {
    return std::visit([](const auto& what) { return platform::to_json(json_of(what)); }, order);
}

platform::Expected<Order, platform::Message> read_order(std::string_view frame) {
    const auto json = platform::read_json(frame);
    if (!json) return platform::Unexpected<platform::Message>{json.error()};
    if (json->object() == nullptr || json->object()->size() != 1) return out_of_shape();
    const auto& [name, value] = json->object()->front();
    return order_in(name, value);
}

}  // namespace tizilim::agent
