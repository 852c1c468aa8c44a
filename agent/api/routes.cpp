#include "agent/api/routes.h"

#include "agent/api/answers.h"
#include "agent/api/entry_json.h"
#include "agent/api/services.h"
#include "agent/delivery/metrics.h"
#include "agent/delivery/observation.h"
#include "agent/delivery/status.h"
#include "agent/documents/import_jsonl.h"
#include "platform/file.h"
#include "platform/json.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kCsv = "text/csv";
constexpr std::string_view kNdjson = "application/x-ndjson";
constexpr std::string_view kAnySegment = "*";

ApiResponse health_response(const Health& health) {
    if (health.good) return json_response(200, JsonObject{{"status", "ok"}});
    return error_response(503, "unavailable", health.reason);
}

Audience audience_of(const ApiRequest& request) {
    return request.authorized ? Audience::owner : Audience::stranger;
}

}  // namespace

/// `rows`: a register in CSV or JSON Lines.
enum class Body { none, json, rows };

namespace {

bool takes(Body body, std::string_view content_type) {
    if (body == Body::json) return content_type == kJson;
    return body == Body::none || content_type == kCsv || content_type == kNdjson;
}

}  // namespace

struct Routes::Route {
    std::string_view method;
    std::vector<std::string_view> path;
    bool owner_only;
    Body body;
    ApiResponse (Routes::*answer)(const ApiRequest&) const;

    /// What is the owner's does not exist for others.
    [[nodiscard]] bool is_for(const ApiRequest& request) const {
        if (owner_only && !request.authorized) return false;
        return std::equal(path.begin(), path.end(), request.path.begin(), request.path.end(),
                          [](std::string_view ours, const std::string& asked) {
                              return ours == kAnySegment || ours == asked;
                          });
    }

    /// What is asked of one entry.
    static std::vector<std::string_view> entry_act(std::string_view act) {
        return {"api", "v1", "entries", kAnySegment, act};
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
            {"GET", entry_act("history"), true, Body::none, &Routes::history},
            {"POST", entry_act("amend"), true, Body::json, &Routes::amend},
            {"POST", entry_act("void"), true, Body::json, &Routes::void_entry},
            {"POST", entry_act("classify"), true, Body::json, &Routes::classify},
            {"POST", entry_act("resolve"), true, Body::json, &Routes::resolve},
            {"POST", entry_act("retry"), true, Body::none, &Routes::retry},
            {"GET", {"api", "v1", "conflicts"}, true, Body::none, &Routes::conflicts},
            {"POST", {"api", "v1", "foreign", "drop"}, true, Body::json, &Routes::drop_foreign},
            {"GET", {"api", "v1", "quarantine"}, true, Body::none, &Routes::quarantine},
            {"GET", {"api", "v1", "outages"}, true, Body::none, &Routes::outages},
            {"POST", {"api", "v1", "pair"}, true, Body::none, &Routes::pair},
            {"GET", entry_act("signing"), true, Body::none, &Routes::signing_task},
            {"POST", entry_act("signature"), true, Body::json, &Routes::attach},
            {"GET", {"api", "v1", "signing"}, true, Body::none, &Routes::signing},
            {"GET", {"api", "v1", "search"}, true, Body::none, &Routes::search},
            {"POST", {"api", "v1", "preview"}, true, Body::json, &Routes::preview},
            {"POST", {"api", "v1", "import"}, true, Body::rows, &Routes::import},
            {"GET", {"api", "v1", "export"}, true, Body::none, &Routes::export_all},
            {"GET", {"api", "v1", "print"}, true, Body::none, &Routes::print},
            {"GET", {"api", "v1", "report"}, true, Body::none, &Routes::report},
            {"POST", {"api", "v1", "verify"}, true, Body::none, &Routes::verify},
            {"POST", {"api", "v1", "backup"}, true, Body::json, &Routes::back_up},
            {"POST", {"api", "v1", "sync"}, true, Body::none, &Routes::sync_now},
            {"POST", {"api", "v1", "pause"}, true, Body::none, &Routes::pause},
            {"POST", {"api", "v1", "resume"}, true, Body::none, &Routes::resume},
        };
        return routes;
    }
};

const Routes::Route* Routes::find(const ApiRequest& request) {
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    for (const Route& route : Route::all())
        if (route.method == method && route.is_for(request)) return &route;
    return nullptr;
}

std::string Routes::methods_of(const ApiRequest& request) {
    std::string methods;
    for (const Route& route : Route::all())
        if (route.is_for(request)) (methods += methods.empty() ? "" : ", ") += route.method;
    return methods;
}

std::optional<ApiResponse> Routes::refusal(const ApiRequest& head) const {
    const Route* const route = find(head);
    if (route == nullptr) {
        std::string methods = methods_of(head);
        if (methods.empty())
            return error_response(404, "not_found",
                                  head.authorized
                                      ? "there is no such path; agent/api/README.md lists them"
                                      : "this port has /healthz, /readyz, /status and /metrics; "
                                        "the register's owner uses `tizilim`");
        ApiResponse response = error_response(405, "method_not_allowed", "use " + methods);
        response.allow = std::move(methods);
        return response;
    }
    if (!takes(route->body, head.content_type))
        return error_response(
            415, "unsupported_media_type",
            "send Content-Type: " + (route->body == Body::json
                                         ? std::string(kJson)
                                         : std::string(kCsv) + " or " + std::string(kNdjson)));
    return {};
}

std::size_t Routes::body_bytes_max(const ApiRequest& head) {
    const Route* const route = find(head);
    return route != nullptr && route->body == Body::rows ? kImportBytesMax : kJsonBodyBytesMax;
}

ApiResponse Routes::answer(const ApiRequest& request) const {
    if (auto refused = refusal(request)) return *std::move(refused);
    try {
        return (this->*find(request)->answer)(request);
    } catch (const store::StoreError& error) {
        return store_response(error);
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

ApiResponse Routes::verify(const ApiRequest& /*request*/) const {
    return ndjson(
        [this](const StreamedAnswer& to) { return json_of(with_.registry.verify(to.progress)); });
}

ApiResponse Routes::sync_now(const ApiRequest& request) const {
    const std::string problem = with_.read_again ? with_.read_again() : std::string();
    if (!problem.empty()) return error_response(409, "configuration", problem);
    with_.delivery.sync_now();
    return status(request);
}

ApiResponse Routes::pause(const ApiRequest& request) const {
    with_.delivery.pause();
    return status(request);
}

ApiResponse Routes::resume(const ApiRequest& request) const {
    with_.delivery.resume();
    return status(request);
}

}  // namespace tizilim::agent
