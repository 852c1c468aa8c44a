#include "agent/routes.h"

#include "agent/entry_json.h"
#include "agent/metrics.h"
#include "agent/observation.h"
#include "agent/status.h"
#include "platform/expected.h"
#include "platform/file.h"
#include "platform/json.h"
#include "store/codes.h"
#include "store/csv.h"
#include "store/entry.h"
#include "store/owner_session.h"
#include "store/register.h"
#include "store/rules.h"
#include "store/store_error.h"
#include "sync/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kCsv = "text/csv";
constexpr std::string_view kNdjson = "application/x-ndjson";
constexpr std::string_view kAnySegment = "*";
constexpr sync::JsonBounds kRequestJson{.depth_max = 4, .values_max = 100};

ApiResponse json_response(int status, const JsonValue& json) {
    return {.status = status, .body = platform::to_json(json) + '\n'};
}

ApiResponse field_errors(platform::JsonArray errors, std::string_view message) {
    return json_response(
        422, JsonObject{{"error", "invalid"}, {"message", message}, {"errors", std::move(errors)}});
}

ApiResponse health_response(const Health& health) {
    if (health.good) return json_response(200, JsonObject{{"status", "ok"}});
    return error_response(503, "unavailable", health.reason);
}

struct StoreAnswer {
    int status;
    std::string_view code;
};

StoreAnswer answer_for(store::StoreError::Kind kind) {
    using Kind = store::StoreError::Kind;
    switch (kind) {
        case Kind::absent:
            return {404, "not_found"};
        case Kind::exists:
            return {409, "exists"};
        case Kind::refused:
            return {409, "refused"};
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

JsonObject error_json(const store::StoreError& error) {
    return {{"error", answer_for(error.kind()).code}, {"message", error.what()}};
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || stop != text.data() + text.size()) return {};
    return number;
}

/// A query parameter in [1, most]; `otherwise` when it isn't there; nothing when it is no number.
std::optional<std::uint64_t> parameter(const ApiRequest& request, const std::string& name,
                                       std::uint64_t otherwise, std::uint64_t most) {
    const auto given = request.query.find(name);
    if (given == request.query.end()) return otherwise;
    const auto number = number_of(given->second);
    if (!number || *number == 0 || *number > most) return {};
    return number;
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

/// Progress lines, then {"result": …}, or the error of the register.
template <class Work>
ApiResponse ndjson(Work work) {
    ApiResponse response{.content_type = std::string(kNdjson)};
    response.stream = [work = std::move(work)](const Sink& sink) {
        JsonObject last;
        try {
            last = {{"result", work(progress_lines(sink))}};
        } catch (const store::StoreError& error) {
            last = error_json(error);
        }
        sink(platform::to_json(last) + '\n');
    };
    return response;
}

ApiResponse bad_json(const std::string& what) {
    return error_response(400, "bad_json", what);
}

Audience audience_of(const ApiRequest& request) {
    return request.authorized ? Audience::owner : Audience::stranger;
}

/// The entry in the body, or the answer that says what is wrong with it.
platform::Expected<store::EntryInput, ApiResponse> entry_of(const std::string& body) {
    const auto json = sync::read_json(body, kRequestJson);
    if (!json) return platform::Unexpected{bad_json(json.error())};
    auto input = entry_input_of(*json);
    if (!input) return platform::Unexpected{bad_json(input.error())};
    return *input;
}

}  // namespace

enum class Body { none, json, csv };

struct Routes::Route {
    std::string_view method;
    std::vector<std::string_view> path;
    bool owner_only;
    Body body;
    ApiResponse (Routes::*answer)(const ApiRequest&) const;

    [[nodiscard]] bool fits(const std::vector<std::string>& segments) const {
        return std::equal(path.begin(), path.end(), segments.begin(), segments.end(),
                          [](std::string_view ours, const std::string& asked) {
                              return ours == kAnySegment || ours == asked;
                          });
    }

    static const std::vector<Route>& all() {
        static const std::vector<Route> routes{
            {"GET", {"healthz"}, false, Body::none, &Routes::healthz},
            {"GET", {"readyz"}, false, Body::none, &Routes::readyz},
            {"GET", {"status"}, false, Body::none, &Routes::status},
            {"GET", {"metrics"}, false, Body::none, &Routes::metrics},
            {"GET", {"api", "v1", "entries"}, true, Body::none, &Routes::list},
            {"POST", {"api", "v1", "entries"}, true, Body::json, &Routes::add},
            {"GET", {"api", "v1", "entries", "*"}, true, Body::none, &Routes::show},
            {"POST",
             {"api", "v1", "entries", "*", "classify"},
             true,
             Body::json,
             &Routes::classify},
            {"POST", {"api", "v1", "preview"}, true, Body::json, &Routes::preview},
            {"POST", {"api", "v1", "import"}, true, Body::csv, &Routes::import},
            {"POST", {"api", "v1", "verify"}, true, Body::none, &Routes::verify},
            {"POST", {"api", "v1", "sync"}, true, Body::none, &Routes::sync_now},
            {"POST", {"api", "v1", "pause"}, true, Body::none, &Routes::pause},
            {"POST", {"api", "v1", "resume"}, true, Body::none, &Routes::resume},
        };
        return routes;
    }
};

ApiResponse error_response(int status, std::string_view code, std::string_view message) {
    return json_response(status, JsonObject{{"error", code}, {"message", message}});
}

const Routes::Route* Routes::find(const ApiRequest& request) {
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    for (const Route& route : Route::all())
        if (route.method == method && route.fits(request.path)) return &route;
    return nullptr;
}

std::string Routes::methods_of(const std::vector<std::string>& path) {
    std::string methods;
    for (const Route& route : Route::all())
        if (route.fits(path)) (methods += methods.empty() ? "" : ", ") += route.method;
    return methods;
}

std::optional<ApiResponse> Routes::refusal(const ApiRequest& head) const {
    if (head.has_token && !head.authorized)
        return error_response(401, "unauthorized",
                              "this is not the token: it is in the file `token` of the register "
                              "folder");
    const Route* const route = find(head);
    if (route == nullptr) {
        std::string methods = methods_of(head.path);
        if (methods.empty())
            return error_response(404, "not_found", "there is no such path; see agent/README.md");
        ApiResponse response = error_response(405, "method_not_allowed", "use " + methods);
        response.allow = std::move(methods);
        return response;
    }
    if (route->owner_only && !head.authorized)
        return error_response(401, "unauthorized",
                              "give the token, which is in the file `token` of the register "
                              "folder, as: Authorization: Bearer <token>");
    const std::string_view asked = route->body == Body::json ? kJson : kCsv;
    if (route->body != Body::none && head.content_type != asked)
        return error_response(415, "unsupported_media_type",
                              "send Content-Type: " + std::string(asked));
    return {};
}

std::size_t Routes::body_bytes_max(const ApiRequest& head) {
    const Route* const route = find(head);
    return route != nullptr && route->body == Body::csv ? kImportBytesMax : kJsonBodyBytesMax;
}

ApiResponse Routes::answer(const ApiRequest& request) const {
    if (auto refused = refusal(request)) return *std::move(refused);
    try {
        return (this->*find(request)->answer)(request);
    } catch (const store::StoreError& error) {
        return json_response(answer_for(error.kind()).status, error_json(error));
    } catch (const platform::FileError& error) {
        return error_response(500, "io", error.what());
    }
}

ApiResponse Routes::healthz(const ApiRequest& /*request*/) const {
    try {
        return health_response(liveness(observe(with_)));
    } catch (const store::StoreError& error) {
        return error_response(503, "unavailable", error.what());
    }
}

ApiResponse Routes::readyz(const ApiRequest& /*request*/) const {
    try {
        return health_response(readiness(observe(with_)));
    } catch (const store::StoreError& error) {
        return error_response(503, "unavailable", error.what());
    }
}

ApiResponse Routes::status(const ApiRequest& request) const {
    return json_response(200, status_json(observe(with_), audience_of(request)));
}

ApiResponse Routes::metrics(const ApiRequest& request) const {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = metrics_text(observe(with_), audience_of(request))};
}

ApiResponse Routes::list(const ApiRequest& request) const {
    const auto first = parameter(request, "first", 1, UINT64_MAX);
    const auto limit = parameter(request, "limit", kListDefault, kListMax);
    if (!first || !limit)
        return error_response(
            400, "bad_parameter",
            "first is a number from 1, limit one from 1 to " + std::to_string(kListMax));
    const auto views = with_.registry.owner().list(store::EntryNumber{*first}, *limit);
    platform::JsonArray entries;
    for (const store::EntryView& view : views) entries.emplace_back(json_of(view));
    JsonValue next;
    if (views.size() == *limit) next = static_cast<std::uint64_t>(views.back().number) + 1;
    return json_response(200, JsonObject{{"entries", std::move(entries)}, {"next", next}});
}

ApiResponse Routes::add(const ApiRequest& request) const {
    const auto input = entry_of(request.body);
    if (!input) return input.error();
    const auto recorded = with_.registry.owner().add(*input);
    if (!recorded)
        return field_errors(json_of(recorded.error()), "nothing was recorded: correct the fields");
    if (recorded->delivery == store::DeliveryState::pending) with_.loop.pending_added();
    ApiResponse response = json_response(201, json_of(*recorded));
    response.location = "/api/v1/entries/" + recorded->id;
    return response;
}

ApiResponse Routes::show(const ApiRequest& request) const {
    return json_response(200, full_json_of(with_.registry.owner().show(request.path.back())));
}

ApiResponse Routes::classify(const ApiRequest& request) const {
    const auto json = sync::read_json(request.body, kRequestJson);
    if (!json) return bad_json(json.error());
    const JsonValue* const disclosure = json->find("disclosure");
    const JsonValue* const reason = json->find("reason");
    if (json->object() == nullptr || json->object()->size() != 2 || disclosure == nullptr ||
        disclosure->string() == nullptr || reason == nullptr || reason->string() == nullptr)
        return bad_json("{\"disclosure\": \"…\", \"reason\": \"…\"} is asked for");
    const auto chosen = store::disclosure_class_of(*disclosure->string());
    if (!chosen) return bad_json("disclosure is local, partial or full");
    const std::string& name = request.path[request.path.size() - 2];
    store::OwnerSession owner = with_.registry.owner();
    const store::Classified made = owner.classify(name, *chosen, *reason->string());
    if (made.delivery == store::DeliveryState::pending) with_.loop.pending_added();
    JsonObject answer = full_json_of(owner.show(name));
    answer.push_back({"earlier_version_left", made.earlier_version_left});
    return json_response(200, answer);
}

ApiResponse Routes::preview(const ApiRequest& request) const {
    const auto input = entry_of(request.body);
    if (!input) return input.error();
    const auto body = with_.registry.owner().preview(*input);
    if (!body) return field_errors(json_of(body.error()), "this could not be recorded");
    return json_response(200, JsonObject{{"would_leave", document_json(*body)}});
}

ApiResponse Routes::import(const ApiRequest& request) const {
    auto rows = store::read_register_csv(request.body);
    if (!rows) return field_errors(json_of(rows.error()), "nothing was imported: correct the file");
    const auto kept = std::make_shared<const std::vector<store::ImportRow>>(*std::move(rows));
    return ndjson([this, kept](const store::Progress& progress) {
        // Not the last report: it comes after the commit, and a client that went must not keep the
        // loop from hearing of what was imported.
        const store::Progress until_commit = [&progress](std::uint64_t done, std::uint64_t total) {
            if (done < total) progress(done, total);
        };
        const store::ImportReport report = with_.registry.owner().import(*kept, until_commit);
        if (report.became_pending) with_.loop.pending_added();
        return json_of(report);
    });
}

ApiResponse Routes::verify(const ApiRequest& /*request*/) const {
    return ndjson([this](const store::Progress& progress) {
        return json_of(with_.registry.verify(progress));
    });
}

ApiResponse Routes::sync_now(const ApiRequest& request) const {
    with_.loop.sync_now();
    return status(request);
}

ApiResponse Routes::pause(const ApiRequest& request) const {
    with_.loop.pause();
    return status(request);
}

ApiResponse Routes::resume(const ApiRequest& request) const {
    with_.loop.resume();
    return status(request);
}

}  // namespace tizilim::agent
