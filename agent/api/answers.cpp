#include "agent/api/answers.h"

#include "agent/documents/sink.h"
#include "agent/input/written.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/owner/act_results.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

/// The greatest whole number that a double holds exactly.
constexpr std::uint64_t kExactMax = (std::uint64_t{1} << 53) - 1;
constexpr std::string_view kNdjson = "application/x-ndjson";

struct Failure {
    int status;
    std::string_view error;
};

Failure failure_of(store::StoreError::Kind kind) {
    using Kind = store::StoreError::Kind;
    switch (kind) {
        case Kind::absent:
            return {404, "not_found"};
        case Kind::exists:
            return {409, "exists"};
        case Kind::refused:
            return {409, "refused"};
        case Kind::withdraws:
            return {409, "withdraws"};
        case Kind::disk_full:
            return {507, "disk_full"};
        case Kind::read_only:
            return {503, "read_only"};
        case Kind::wrong_key:
            return {503, "wrong_key"};
        case Kind::newer_schema:
            return {503, "newer_schema"};
        case Kind::damaged:
            return {500, "damaged"};
        case Kind::io:
            return {500, "io"};
    }
    return {500, "store"};
}

Failure failure_of(const platform::MessageError& thrown) {
    const auto* const of_store = dynamic_cast<const store::StoreError*>(&thrown);
    return of_store != nullptr ? failure_of(of_store->kind()) : Failure{500, "io"};
}

JsonObject error_json(std::string_view error, const Message& message) {
    JsonObject json{{"error", error}};
    platform::append_message(json, "message", message);
    return json;
}

/// Sends a line whenever a whole percent was done, so that a long run costs 100 lines.
store::Progress progress_lines(const Sink& sink) {
    return [&sink, shown = std::uint64_t{0}](std::uint64_t done, std::uint64_t total) mutable {
        const std::uint64_t percent = total == 0 ? 0 : done * 100 / total;
        if (percent <= shown) return;
        shown = percent;
        sink(platform::to_json(JsonObject{{"done", done}, {"total", total}}) + '\n');
    };
}

ApiResponse bad_value(const std::string& name, const Message& why) {
    return bad_parameter({"request.parameter", {{"name", name}, {"why", platform::as_json(why)}}});
}

}  // namespace

ApiResponse json_response(int status, const JsonValue& json) {
    return {.status = status, .body = platform::to_json(json) + '\n'};
}

ApiResponse error_response(int status, std::string_view error, const Message& message) {
    return json_response(status, error_json(error, message));
}

ApiResponse thrown_response(const platform::MessageError& thrown) {
    const Failure failure = failure_of(thrown);
    return error_response(failure.status, failure.error, thrown.message());
}

ApiResponse field_errors(platform::JsonArray errors, const Message& message, JsonObject more) {
    JsonObject json = error_json("invalid", message);
    json.push_back({"errors", std::move(errors)});
    for (platform::JsonMember& member : more) json.push_back(std::move(member));
    return json_response(422, json);
}

ApiResponse bad_json(const Message& what) {
    return error_response(400, "bad_json", what);
}

ApiResponse shape_asked(std::string_view shape) {
    return bad_json({"request.shape", {{"shape", shape}}});
}

ApiResponse bad_parameter(const Message& what) {
    return error_response(400, "bad_parameter", what);
}

platform::Expected<JsonValue, Message> read_members(
    const std::string& body, std::initializer_list<std::string_view> names,
    std::initializer_list<std::string_view> optional) {
    auto json = platform::read_json(body, kRequestJson);
    if (!json) return platform::Unexpected{json.error()};
    const bool has_all = std::all_of(names.begin(), names.end(), [&](std::string_view name) {
        return json->find(name) != nullptr;
    });
    const auto more = std::count_if(optional.begin(), optional.end(), [&](std::string_view name) {
        return json->find(name) != nullptr;
    });
    const std::size_t known = names.size() + static_cast<std::size_t>(more);
    if (has_all && json->object() != nullptr && json->object()->size() == known) return *json;
    platform::JsonArray asked;
    for (const std::string_view name : names) asked.emplace_back('"' + std::string(name) + '"');
    return platform::Unexpected{Message{"request.members", {{"names", std::move(asked)}}}};
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || stop != text.data() + text.size()) return {};
    return number;
}

std::optional<std::uint64_t> number_parameter(const ApiRequest& request, const std::string& name,
                                              std::uint64_t otherwise, std::uint64_t most) {
    const auto given = request.query.find(name);
    if (given == request.query.end()) return otherwise;
    const auto number = number_of(given->second);
    if (!number || *number == 0 || *number > most) return {};
    return number;
}

std::string text_parameter(const ApiRequest& request, const std::string& name) {
    const auto given = request.query.find(name);
    return given == request.query.end() ? "" : given->second;
}

DayParameter<platform::CivilDate> day_parameter(const ApiRequest& request, const std::string& name,
                                                platform::CivilDate today) {
    const std::string text = text_parameter(request, name);
    if (text.empty()) return std::optional<platform::CivilDate>();
    const Written day = date_written(text, today);
    if (!day) return platform::Unexpected{bad_value(name, day.error())};
    return platform::parse_date(*day);
}

DayParameter<std::chrono::year_month> month_parameter(const ApiRequest& request,
                                                      platform::CivilDate today) {
    const std::string text = text_parameter(request, "month");
    if (text.empty()) return std::optional<std::chrono::year_month>();
    const Written month = month_written(text, today);
    if (!month) return platform::Unexpected{bad_value("month", month.error())};
    const auto first_day = platform::parse_date(*month + "-01");
    if (!first_day) return std::optional<std::chrono::year_month>();
    return std::optional(first_day->year() / first_day->month());
}

store::Withdrawal withdrawal_parameter(const ApiRequest& request) {
    return text_parameter(request, "withdraw") == "1" ? store::Withdrawal::agreed
                                                      : store::Withdrawal::not_agreed;
}

platform::Expected<PageParameters, ApiResponse> page_parameters(const ApiRequest& request) {
    const auto first = number_parameter(request, "first", 1, UINT64_MAX);
    const auto limit = number_parameter(request, "limit", kListDefault, kListMax);
    if (!first || !limit)
        return platform::Unexpected{bad_parameter({"request.page", {{"max", kListMax}}})};
    return PageParameters{.first = *first, .limit = *limit};
}

ApiResponse page_response(std::string name, platform::JsonArray items,
                          std::optional<std::uint64_t> next, JsonObject more) {
    JsonValue at;
    // A number beyond that is not the same for every reader of JSON.
    if (next) at = *next > kExactMax ? JsonValue(std::to_string(*next)) : JsonValue(*next);
    JsonObject json{{std::move(name), std::move(items)}, {"next", std::move(at)}};
    for (platform::JsonMember& member : more) json.push_back(std::move(member));
    return json_response(200, json);
}

const std::string& entry_name(const ApiRequest& request) {
    constexpr std::size_t kNameSegment = 3;
    return request.path.at(kNameSegment);
}

void StreamedAnswer::line(const JsonValue& json) const {
    sink(platform::to_json(json) + '\n');
}

ApiResponse ndjson(std::function<JsonValue(const StreamedAnswer& to)> work) {
    ApiResponse response{.content_type = std::string(kNdjson)};
    response.stream = [work = std::move(work)](const Sink& sink) {
        const StreamedAnswer to{.sink = sink, .progress = progress_lines(sink)};
        JsonObject last;
        try {
            last = {{"result", work(to)}};
        } catch (const platform::MessageError& thrown) {
            last = error_json(failure_of(thrown).error, thrown.message());
        }
        to.line(last);
    };
    return response;
}

}  // namespace tizilim::agent
