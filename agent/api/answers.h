#pragma once

#include "agent/documents/sink.h"
#include "platform/expected.h"
#include "platform/json.h"
#include "platform/json_reader.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/store_error.h"

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

/// What the handlers of all routes share: requests and answers apart from HTTP.

inline constexpr std::size_t kListDefault = 100;
inline constexpr std::size_t kListMax = 1000;
/// Of a body: what a person gives by hand.
inline constexpr platform::JsonBounds kRequestJson{.depth_max = 4, .values_max = 100};

/// A request, as far as routes need it.
struct ApiRequest {
    std::string method;
    std::vector<std::string> path;  ///< segments, decoded: {"api", "v1", "entries"}
    std::map<std::string, std::string> query;
    std::string content_type;  ///< without parameters, in lower case
    bool authorized = false;   ///< it came over the control endpoint
    std::string body{};
};

struct ApiResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body{};
    std::string allow{};                        ///< of a 405
    std::string location{};                     ///< of a 201
    std::function<void(const Sink&)> stream{};  ///< when set, gives the body instead of `body`
};

[[nodiscard]] ApiResponse json_response(int status, const platform::JsonValue& json);

/// {"error": code, "message": what to do}
[[nodiscard]] ApiResponse error_response(int status, std::string_view code,
                                         std::string_view message);

/// The same, of what the register threw.
[[nodiscard]] ApiResponse store_response(const store::StoreError& error);
/// 422 with what is wrong with each field.
[[nodiscard]] ApiResponse field_errors(platform::JsonArray errors, std::string_view message);
/// 400 for a body that is not the JSON that is asked for.
[[nodiscard]] ApiResponse bad_json(const std::string& what);

/// The object in a body, which has these members, perhaps the `optional` ones, and no other; or
/// what is asked for.
[[nodiscard]] platform::Expected<platform::JsonValue, std::string> read_members(
    const std::string& body, std::initializer_list<std::string_view> names,
    std::initializer_list<std::string_view> optional = {});

[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view text);

/// A query parameter in [1, most]; `otherwise` when it isn't there; nothing when it is no number.
[[nodiscard]] std::optional<std::uint64_t> number_parameter(const ApiRequest& request,
                                                            const std::string& name,
                                                            std::uint64_t otherwise,
                                                            std::uint64_t most);
/// A query parameter as it was given; empty when it was not.
[[nodiscard]] std::string text_parameter(const ApiRequest& request, const std::string& name);

/// Whether the query says withdraw=1: the person agrees to a withdrawal.
[[nodiscard]] store::Withdrawal withdrawal_parameter(const ApiRequest& request);

/// Which part of a list is asked for.
struct PageParameters {
    std::uint64_t first = 1;  ///< `next` of the page before
    std::size_t limit = kListDefault;
};
/// Or the answer that says what is asked for.
[[nodiscard]] platform::Expected<PageParameters, ApiResponse> page_parameters(
    const ApiRequest& request);
/// {"<name>": items, "next": … or null}; beyond 2^53 it is a string.
[[nodiscard]] ApiResponse page_response(std::string name, platform::JsonArray items,
                                        std::optional<std::uint64_t> next);

/// The segment that names the entry: /api/v1/entries/{name}/….
[[nodiscard]] const std::string& entry_name(const ApiRequest& request);

/// Where a long run reports to while it is under way.
struct StreamedAnswer {
    const Sink& sink;
    store::Progress progress;  ///< a line whenever a whole percent was done

    void line(const platform::JsonValue& json) const;
};

/// NDJSON: the lines of `work`, then {"result": what it returns}, or {"error", "message"} of the
/// StoreError or FileError that it threw.
[[nodiscard]] ApiResponse ndjson(std::function<platform::JsonValue(const StreamedAnswer& to)> work);

}  // namespace tizilim::agent
