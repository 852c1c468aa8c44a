#include "agent/api/answers.h"
#include "agent/api/page_sessions.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "platform/text/json.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;

/// The handlers need no register.
using Handle = ApiResponse (*)(PageSessions& pages, const ApiRequest& request);

template <Handle handle, class With>
ApiResponse with_pages(const With& with, const ApiRequest& request) {
    return handle(with.pages, request);
}

template <Handle handle>
Route route(std::string_view method, std::vector<std::string_view> path, For whom) {
    return {method,     std::move(path),
            Body::none, with_pages<handle, Services>,
            whom,       with_pages<handle, NoRegister>};
}

ApiResponse made(const PageSessions& pages, const PageSessions::Code& code,
                 std::chrono::seconds time) {
    return json_response(201, JsonObject{{"id", code.id},
                                         {"code", code.text},
                                         {"address", pages.address()},
                                         {"seconds", time.count()}});
}

ApiResponse make_code(PageSessions& pages, const ApiRequest& /*request*/) {
    return made(pages, pages.make_code(), PageSessions::kCodeTime);
}

ApiResponse make_typed_code(PageSessions& pages, const ApiRequest& /*request*/) {
    return made(pages, pages.make_typed_code(), PageSessions::kTypedCodeTime);
}

std::string_view name_of(PageSessions::CodeState state) {
    if (state == PageSessions::CodeState::waiting) return "waiting";
    return state == PageSessions::CodeState::traded ? "traded" : "over";
}

ApiResponse code_state(PageSessions& pages, const ApiRequest& request) {
    return json_response(200, JsonObject{{"state", name_of(pages.state_of(request.path.back()))}});
}

ApiResponse trade(PageSessions& pages, const ApiRequest& request) {
    constexpr std::string_view kScheme = "Code ";
    if (!request.is_of_page || !request.credentials.starts_with(kScheme))
        return error_response(401, "no_code", {"page.no_code"});
    const auto session = pages.trade(std::string_view(request.credentials).substr(kScheme.size()));
    if (!session) return error_response(401, "no_session", session.error());
    return json_response(201, JsonObject{{"session", session->id}, {"token", session->token}});
}

ApiResponse end_session(PageSessions& pages, const ApiRequest& request) {
    pages.end(request.session);
    return json_response(200, JsonObject{});
}

ApiResponse end_all(PageSessions& pages, const ApiRequest& /*request*/) {
    return json_response(200, JsonObject{{"ended", pages.end_all()}});
}

}  // namespace

std::vector<Route> session_routes() {
    return {
        route<make_code>("POST", {"api", "v1", "page", "code"}, For::control),
        route<make_typed_code>("POST", {"api", "v1", "page", "typed-code"}, For::control),
        route<code_state>("GET", {"api", "v1", "page", "code", kAnySegment}, For::control),
        route<end_all>("POST", {"api", "v1", "page", "end"}, For::control),
        route<trade>("POST", {"api", "v1", "session"}, For::anyone),
        route<end_session>("POST", {"api", "v1", "session", "end"}, For::session),
    };
}

}  // namespace tizilim::agent
