#include "agent/api/routes.h"

#include "agent/api/answers.h"
#include "agent/api/description.h"
#include "agent/api/entry_json.h"
#include "agent/api/page_sessions.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "agent/delivery/metrics.h"
#include "agent/delivery/observation.h"
#include "agent/delivery/status.h"
#include "agent/documents/import_jsonl.h"
#include "platform/hex.h"
#include "platform/keyed_digest.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/register/signature_examination.h"
#include "store/store_error.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
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
constexpr std::string_view kPortPaths = "/healthz, /readyz, /status, /metrics";

ApiResponse health_response(const Health& health) {
    if (!health.reason) return json_response(200, JsonObject{{"status", "ok"}});
    return error_response(503, "unavailable", *health.reason);
}

/// A page asks with `session` and `challenge`: another program may have the port by now.
ApiResponse proven(const PageSessions& pages, const ApiRequest& request) {
    const auto proof =
        pages.proof(text_parameter(request, "session"), text_parameter(request, "challenge"));
    JsonObject answer{{"status", "ok"}};
    if (proof) answer.push_back({"proof", *proof});
    return json_response(200, answer);
}

bool asks_for_proof(const ApiRequest& request) {
    return request.query.contains("challenge");
}

/// The owner may ask for what anybody sees: that is what he may give away.
Audience audience_of(const ApiRequest& request) {
    const bool as_owner = request.authorized && text_parameter(request, "as") != "anyone";
    return as_owner ? Audience::owner : Audience::stranger;
}

bool takes(Body body, std::string_view content_type) {
    if (body == Body::json) return content_type == kJson;
    return body == Body::none || content_type == kCsv || content_type == kNdjson ||
           content_type == kXlsx;
}

ApiResponse healthz(const Services& with, const ApiRequest& request) {
    if (asks_for_proof(request)) return proven(with.pages, request);
    try {
        return health_response(liveness(observe(with)));
    } catch (const store::StoreError& error) {
        return error_response(503, "unavailable", error.message());
    }
}

ApiResponse readyz(const Services& with, const ApiRequest& /*request*/) {
    try {
        return health_response(readiness(observe(with)));
    } catch (const store::StoreError& error) {
        return error_response(503, "unavailable", error.message());
    }
}

/// The page asks every two seconds; while nothing changes but the clock, that is all it is told.
ApiResponse status_response(JsonObject status) {
    ApiResponse response = json_response(200, status);
    for (platform::JsonMember& member : status) {
        if (member.name != "agent") continue;
        JsonObject agent = *member.value.object();
        std::erase_if(agent, [](const auto& each) { return each.name == "uptimeSeconds"; });
        member.value = std::move(agent);
    }
    const std::string digest = platform::hmac_sha256("status", platform::to_json(status));
    constexpr std::size_t kTagBytes = 8;
    response.etag = '"' + platform::to_hex(std::as_bytes(std::span(digest)).first(kTagBytes)) + '"';
    return response;
}

ApiResponse status(const Services& with, const ApiRequest& request) {
    return status_response(status_json(observe(with), audience_of(request)));
}

ApiResponse metrics_response(const Observation& observed, const ApiRequest& request) {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = metrics_text(observed, audience_of(request))};
}

ApiResponse metrics(const Services& with, const ApiRequest& request) {
    return metrics_response(observe(with), request);
}

template <class With>
ApiResponse describe(const With& /*with*/, const ApiRequest& /*request*/) {
    return {.body = std::string(description())};
}

/// The next power of two, so that it tells little of how many entries there are.
std::uint64_t rounded_up(std::uint64_t bytes) {
    constexpr std::uint64_t kLeast = std::uint64_t{64} << 10;
    return std::bit_ceil(std::max(bytes, kLeast));
}

ApiResponse tables(const Services& with, const ApiRequest& /*request*/) {
    platform::JsonArray sizes;
    for (const store::TableSize& size : with.registry.table_sizes())
        sizes.emplace_back(JsonObject{{"name", size.table}, {"bytes", rounded_up(size.bytes)}});
    return json_response(200, JsonObject{{"tables", std::move(sizes)}});
}

ApiResponse verify(const Services& with, const ApiRequest& /*request*/) {
    return ndjson([&with](const StreamedAnswer& to) {
        return json_of(store::verify_and_examine(with.registry, to.progress));
    });
}

ApiResponse sync_now(const Services& with, const ApiRequest& request) {
    const auto problem = with.read_again ? with.read_again() : std::nullopt;
    if (problem) return error_response(409, "configuration", *problem);
    with.delivery.sync_now();
    return status(with, request);
}

ApiResponse pause(const Services& with, const ApiRequest& request) {
    with.delivery.pause();
    return status(with, request);
}

ApiResponse resume(const Services& with, const ApiRequest& request) {
    with.delivery.resume();
    return status(with, request);
}

ApiResponse healthz_without(const NoRegister& with, const ApiRequest& request) {
    if (asks_for_proof(request)) return proven(with.pages, request);
    return health_response(liveness(with.observe()));
}

ApiResponse readyz_without(const NoRegister& with, const ApiRequest& /*request*/) {
    return health_response(readiness(with.observe()));
}

ApiResponse status_without(const NoRegister& with, const ApiRequest& request) {
    return status_response(status_json(with.observe(), audience_of(request)));
}

ApiResponse metrics_without(const NoRegister& with, const ApiRequest& request) {
    return metrics_response(with.observe(), request);
}

/// What anybody may ask who reaches the status port, and what the agent as a whole does.
std::vector<Route> agent_routes() {
    return {
        {"GET", {"healthz"}, Body::none, healthz, For::anyone, healthz_without},
        {"GET", {"readyz"}, Body::none, readyz, For::anyone, readyz_without},
        {"GET", {"status"}, Body::none, status, For::anyone, status_without},
        {"GET", {"metrics"}, Body::none, metrics, For::anyone, metrics_without},
        {"GET",
         {"api", "v1", "openapi.json"},
         Body::none,
         describe<Services>,
         For::owner,
         describe<NoRegister>},
        {"GET", {"api", "v1", "tables"}, Body::none, tables},
        {"POST", {"api", "v1", "verify"}, Body::none, verify},
        {"POST", {"api", "v1", "sync"}, Body::none, sync_now},
        {"POST", {"api", "v1", "pause"}, Body::none, pause},
        {"POST", {"api", "v1", "resume"}, Body::none, resume},
    };
}

std::vector<Route> routes_of_all_families() {
    std::vector<Route> all;
    for (const auto& family :
         {agent_routes(), entry_routes(), conflict_routes(), signing_routes(), document_routes(),
          backup_routes(), making_routes(), session_routes(), setup_routes(), draft_routes()})
        all.insert(all.end(), family.begin(), family.end());
    return all;
}

/// What is the owner's does not exist for others.
bool is_for(For whom, const ApiRequest& request) {
    const bool has_session = !request.session.empty();
    if (whom == For::anyone) return true;
    if (whom == For::owner) return request.authorized;
    return request.authorized && has_session == (whom == For::session);
}

bool is_for(const Route& route, const ApiRequest& request) {
    if (!is_for(route.whom, request)) return false;
    return std::ranges::equal(route.path, request.path,
                              [](std::string_view ours, const std::string& asked) {
                                  return ours == kAnySegment || ours == asked;
                              });
}

const Route* find(const ApiRequest& request) {
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    for (const Route& route : all_routes())
        if (route.method == method && is_for(route, request)) return &route;
    return nullptr;
}

std::string methods_of(const ApiRequest& request) {
    std::string methods;
    for (const Route& route : all_routes())
        if (is_for(route, request)) (methods += methods.empty() ? "" : ", ") += route.method;
    return methods;
}

}  // namespace

const std::vector<Route>& all_routes() {
    static const std::vector<Route> all = routes_of_all_families();
    return all;
}

std::vector<std::string_view> entry_path(std::string_view act) {
    return {"api", "v1", "entries", kAnySegment, act};
}

void Routes::serve(Services services) {
    services_.emplace(std::move(services));
    with_.store(&*services_, std::memory_order_release);
}

std::optional<ApiResponse> Routes::refusal(const ApiRequest& head) const {
    const Route* const route = find(head);
    if (route == nullptr) {
        std::string methods = methods_of(head);
        if (methods.empty())
            return error_response(404, "not_found",
                                  head.authorized ? platform::Message{"request.no_such_path"}
                                                  : platform::Message{"request.not_on_this_port",
                                                                      {{"paths", kPortPaths}}});
        ApiResponse response =
            error_response(405, "method_not_allowed", {"request.method", {{"methods", methods}}});
        response.allow = std::move(methods);
        return response;
    }
    if (!takes(route->body, head.content_type))
        return error_response(
            415, "unsupported_media_type",
            route->body == Body::json
                ? platform::Message{"request.json_type", {{"type", kJson}}}
                : platform::Message{"request.rows_type",
                                    {{"csv", kCsv}, {"jsonl", kNdjson}, {"xlsx", kXlsx}}});
    return {};
}

std::size_t Routes::body_bytes_max(const ApiRequest& head) {
    const Route* const route = find(head);
    return route != nullptr && route->body == Body::rows ? kImportBytesMax : kJsonBodyBytesMax;
}

ApiResponse Routes::answer(const ApiRequest& request) const {
    if (auto refused = refusal(request)) return *std::move(refused);
    const Route& route = *find(request);
    const Services* const with = with_.load(std::memory_order_acquire);
    try {
        if (with != nullptr) return route.answer(*with, request);
        if (route.without_register != nullptr && none_)
            return route.without_register(*none_, request);
        return error_response(409, "no_register", {"register.none"});
    } catch (const platform::MessageError& thrown) {
        return thrown_response(thrown);
    }
}

}  // namespace tizilim::agent
