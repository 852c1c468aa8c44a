#include "agent/api/answers.h"
#include "agent/api/entry_json.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/entry/codes.h"
#include "store/owner/act_results.h"
#include "store/owner/owner_session.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

ApiResponse signature_asked() {
    return bad_json({"request.signature", {{"shape", R"({"version": 1, "cms": "…"})"}}});
}

ApiResponse signing(const Services& with, const ApiRequest& request) {
    const auto page = page_parameters(request);
    if (!page) return page.error();
    const auto waiting = store::OwnerSession(with.registry).to_sign(page->first, page->limit);
    platform::JsonArray tasks;
    for (const store::SigningTask& task : waiting.tasks) tasks.emplace_back(json_of(task));
    return page_response("tasks", std::move(tasks), waiting.next,
                         {{"iin", waiting.iin}, {"own_key_only", waiting.own_key_only}});
}

ApiResponse signing_task(const Services& with, const ApiRequest& request) {
    return json_response(200,
                         json_of(store::OwnerSession(with.registry).to_sign(entry_name(request))));
}

ApiResponse attach(const Services& with, const ApiRequest& request) {
    const auto json = platform::read_json(request.body, kRequestJson);
    if (!json) return bad_json(json.error());
    const JsonValue* const version = json->find("version");
    const JsonValue* const cms = json->find("cms");
    if (version == nullptr || version->integer() == nullptr || cms == nullptr ||
        cms->string() == nullptr || json->object()->size() != 2)
        return signature_asked();
    const std::int64_t number = *version->integer();
    if (number < 1 || number > std::numeric_limits<std::uint32_t>::max()) return signature_asked();
    const auto der = platform::from_base64(*cms->string());
    if (!der || der->empty() || der->size() > platform::kCmsBytesMax) return signature_asked();
    const store::Signed made =
        store::OwnerSession(with.registry)
            .attach(entry_name(request), static_cast<std::uint32_t>(number), *der);
    if (made.delivery == store::DeliveryState::pending) with.delivery.pending_added();
    return json_response(200, json_of(made));
}

}  // namespace

std::vector<Route> signing_routes() {
    return {
        {"GET", {"api", "v1", "signing"}, Body::none, signing},
        {"GET", entry_path("signing"), Body::none, signing_task},
        {"POST", entry_path("signature"), Body::json, attach},
    };
}

}  // namespace tizilim::agent
