#pragma once

#include "agent/documents/sink.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/owner/act_results.h"
#include "store/register/register.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// Shared by the handlers of all routes: requests and answers without HTTP.

inline constexpr std::size_t kListDefault = 100;
inline constexpr std::size_t kListMax = 1000;
/// Of a request's body: what a person types.
inline constexpr platform::JsonBounds kRequestJson{.depth_max = 4, .values_max = 100};

/// A request as routes see it.
struct ApiRequest {
    std::string method;
    std::vector<std::string> path;  ///< segments, decoded: {"api", "v1", "entries"}
    std::map<std::string, std::string> query;
    std::string content_type;  ///< without parameters, in lower case
    bool authorized = false;   ///< it came over the control endpoint, or with a page's session
    std::string body{};
    std::string session{};      ///< the id of that session; empty: over the control endpoint
    std::string credentials{};  ///< of a page that has none yet: its Authorization header
    bool is_of_page = false;    ///< its Origin is the status port's own
};

struct ApiResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body{};
    std::string allow{};                        ///< of a 405
    std::string location{};                     ///< of a 201
    std::string etag{};                         ///< of a state that is asked for over and over
    bool is_page = false;                       ///< a file of the page, which a browser shows
    bool is_kept = false;                       ///< a browser may keep it for ever
    std::function<void(const Sink&)> stream{};  ///< if set, writes the body; `body` is not used
    std::function<void()> afterwards{};         ///< called once it was sent, or could not be
};

[[nodiscard]] ApiResponse json_response(int status, const platform::JsonValue& json);

/// {"error": error, "message": what to do, in English, "code", "values"}
[[nodiscard]] ApiResponse error_response(int status, std::string_view error,
                                         const platform::Message& message);

/// The same for what a handler throws: a StoreError by its kind, anything else as "io".
[[nodiscard]] ApiResponse thrown_response(const platform::MessageError& thrown);
/// 422 with what is wrong with each field; `more` are further members.
[[nodiscard]] ApiResponse field_errors(platform::JsonArray errors, const platform::Message& message,
                                       platform::JsonObject more = {});
/// 400 for a body that is not the expected JSON.
[[nodiscard]] ApiResponse bad_json(const platform::Message& what);
/// The same: `shape` is asked for, as {"reason": "…"}.
[[nodiscard]] ApiResponse shape_asked(std::string_view shape);
/// 400 for a query parameter.
[[nodiscard]] ApiResponse bad_parameter(const platform::Message& what);

/// The object in a body with the members `names`, maybe some of `optional`, and no other; or what
/// is expected.
[[nodiscard]] platform::Expected<platform::JsonValue, platform::Message> read_members(
    const std::string& body, std::initializer_list<std::string_view> names,
    std::initializer_list<std::string_view> optional = {});

[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view text);

/// A query parameter in [1, most]; `otherwise` if absent; nothing if it is no such number.
[[nodiscard]] std::optional<std::uint64_t> number_parameter(const ApiRequest& request,
                                                            const std::string& name,
                                                            std::uint64_t otherwise,
                                                            std::uint64_t most);
/// A query parameter; empty if absent.
[[nodiscard]] std::string text_parameter(const ApiRequest& request, const std::string& name);

/// A day or a month of the query, as agent/input reads it on the day `today`; nothing if absent. Or
/// the answer that says which forms can be read.
template <class T>
using DayParameter = platform::Expected<std::optional<T>, ApiResponse>;
[[nodiscard]] DayParameter<platform::CivilDate> day_parameter(const ApiRequest& request,
                                                              const std::string& name,
                                                              platform::CivilDate today);
[[nodiscard]] DayParameter<std::chrono::year_month> month_parameter(const ApiRequest& request,
                                                                    platform::CivilDate today);

/// Whether the query says withdraw=1: the person agrees to a withdrawal.
[[nodiscard]] store::Withdrawal withdrawal_parameter(const ApiRequest& request);

/// The asked part of a list.
struct PageParameters {
    std::uint64_t first = 1;  ///< `next` of the page before
    std::size_t limit = kListDefault;
};
/// Or the answer that says what is expected.
[[nodiscard]] platform::Expected<PageParameters, ApiResponse> page_parameters(
    const ApiRequest& request);
/// {"<name>": items, "next": … or null} and `more`; a `next` beyond 2^53 is a string.
[[nodiscard]] ApiResponse page_response(std::string name, platform::JsonArray items,
                                        std::optional<std::uint64_t> next,
                                        platform::JsonObject more = {});

/// The segment that names the entry: /api/v1/entries/{name}/….
[[nodiscard]] const std::string& entry_name(const ApiRequest& request);

/// Where a long act reports its progress.
struct StreamedAnswer {
    const Sink& sink;
    store::Progress progress;  ///< writes a line for each percent

    void line(const platform::JsonValue& json) const;
};

/// NDJSON: the lines that `work` writes, then {"result": what it returns}, or the members of
/// thrown_response() for the MessageError that it throws.
[[nodiscard]] ApiResponse ndjson(std::function<platform::JsonValue(const StreamedAnswer& to)> work);

}  // namespace tizilim::agent
