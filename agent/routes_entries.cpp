#include "agent/entry_json.h"
#include "agent/route_answers.h"
#include "agent/routes.h"
#include "platform/expected.h"
#include "platform/json.h"
#include "store/codes.h"
#include "store/csv.h"
#include "store/entry.h"
#include "store/owner_session.h"
#include "store/register.h"
#include "store/rules.h"
#include "sync/json_reader.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// The entry in the body, or the answer that says what is wrong with it.
platform::Expected<store::EntryInput, ApiResponse> entry_of(const std::string& body) {
    const auto json = sync::read_json(body, kRequestJson);
    if (!json) return platform::Unexpected{bad_json(json.error())};
    auto input = entry_input_of(*json);
    if (!input) return platform::Unexpected{bad_json(input.error())};
    return *input;
}

}  // namespace

ApiResponse Routes::list(const ApiRequest& request) const {
    const auto first = number_parameter(request, "first", 1, UINT64_MAX);
    const auto limit = number_parameter(request, "limit", kListDefault, kListMax);
    if (!first || !limit)
        return error_response(
            400, "bad_parameter",
            "first is a number from 1, limit one from 1 to " + std::to_string(kListMax));
    store::ListQuery query;
    query.first = *first;
    query.count_max = *limit;
    const store::EntryPage page = with_.registry.owner().list(query);
    platform::JsonArray entries;
    for (const store::EntryView& view : page.entries) entries.emplace_back(json_of(view));
    JsonValue next;
    if (page.next) next = *page.next;
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
    const store::Revised made = owner.classify(name, *chosen, *reason->string());
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

}  // namespace tizilim::agent
