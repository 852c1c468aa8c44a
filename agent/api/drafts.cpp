#include "agent/api/answers.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_session.h"

#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;

ApiResponse drafts(const Services& with, const ApiRequest& /*request*/) {
    platform::JsonArray drafts;
    for (const store::DraftView& draft : store::OwnerSession(with.registry).drafts()) {
        auto content = platform::read_json(draft.text, kRequestJson);
        drafts.emplace_back(
            JsonObject{{"id", draft.id},
                       {"kept_at", platform::format_time(draft.kept_at, with.utc_offset)},
                       {"content", content ? *std::move(content) : platform::JsonValue()}});
    }
    return json_response(200, JsonObject{{"drafts", std::move(drafts)}});
}

ApiResponse keep(const Services& with, const ApiRequest& request) {
    const auto json = platform::read_json(request.body, kRequestJson);
    if (!json) return bad_json(json.error());
    if (json->object() == nullptr) return shape_asked("{…}");
    store::OwnerSession(with.registry).keep_draft(request.path.back(), platform::to_json(*json));
    return json_response(200, JsonObject{});
}

ApiResponse discard(const Services& with, const ApiRequest& request) {
    store::OwnerSession(with.registry).discard_draft(request.path.back());
    return json_response(200, JsonObject{});
}

}  // namespace

std::vector<Route> draft_routes() {
    return {
        {"GET", {"api", "v1", "drafts"}, Body::none, drafts},
        {"PUT", {"api", "v1", "drafts", kAnySegment}, Body::json, keep},
        {"DELETE", {"api", "v1", "drafts", kAnySegment}, Body::none, discard},
    };
}

}  // namespace tizilim::agent
