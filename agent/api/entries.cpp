#include "agent/api/answers.h"
#include "agent/api/entry_json.h"
#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/delivery/delivery_note.h"
#include "platform/civil_time.h"
#include "platform/expected.h"
#include "platform/json.h"
#include "platform/json_reader.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// The entry in the body, or the answer that says what is wrong with it.
platform::Expected<store::EntryTexts, ApiResponse> entry_of(const std::string& body) {
    const auto json = platform::read_json(body, kRequestJson);
    if (!json) return platform::Unexpected{bad_json(json.error())};
    auto input = entry_input_of(*json);
    if (!input) return platform::Unexpected{bad_json(input.error())};
    return *input;
}

/// Or the answer that says what is asked for.
platform::Expected<store::ListQuery, ApiResponse> list_query_of(const ApiRequest& request) {
    const auto bad = [](std::string_view message) {
        return platform::Unexpected{error_response(400, "bad_parameter", message)};
    };
    const auto page = page_parameters(request);
    if (!page) return platform::Unexpected{page.error()};
    store::ListQuery query{.first = page->first,
                           .count_max = page->limit,
                           .month = {},
                           .state = {},
                           .book = text_parameter(request, "book"),
                           .pulled = text_parameter(request, "pulled") == "1"};
    if (const std::string month = text_parameter(request, "month"); !month.empty()) {
        query.month = platform::parse_date(month + "-01");
        if (!query.month) return bad("month is written as 2026-11");
    }
    if (const std::string state = text_parameter(request, "state"); !state.empty()) {
        query.state = store::delivery_state_of(state);
        if (!query.state)
            return bad("state is local, unsigned, pending, sent, delivered or quarantined");
    }
    return query;
}

}  // namespace

ApiResponse Routes::list(const ApiRequest& request) const {
    const auto query = list_query_of(request);
    if (!query) return query.error();
    const store::EntryPage page = store::OwnerSession(with_.registry).list(*query);
    platform::JsonArray entries;
    for (const store::EntryView& view : page.entries) entries.emplace_back(json_of(view));
    return page_response("entries", std::move(entries), page.next);
}

ApiResponse Routes::search(const ApiRequest& request) const {
    const std::string text = text_parameter(request, "text");
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        return error_response(400, "bad_parameter", "text is what to search for");
    return ndjson([this, text](const StreamedAnswer& to) {
        std::uint64_t found = 0;
        store::OwnerSession(with_.registry)
            .search(
                text,
                [&](const store::EntryView& view) {
                    to.line(JsonObject{{"entry", json_of(view)}});
                    ++found;
                    return true;
                },
                to.progress);
        return JsonObject{{"found", found}};
    });
}

ApiResponse Routes::add(const ApiRequest& request) const {
    const auto input = entry_of(request.body);
    if (!input) return input.error();
    if (text_parameter(request, "once") == "1") {
        const std::string like = store::OwnerSession(with_.registry).like(*input);
        if (!like.empty())
            return error_response(409, "repeated",
                                  "entry " + like +
                                      " is of the same day and has the same basis number and "
                                      "essence: nothing was recorded; `tizilim add --again …` "
                                      "records it once more");
    }
    const auto recorded = store::OwnerSession(with_.registry).add(*input);
    if (!recorded)
        return field_errors(json_of(recorded.error()), "nothing was recorded: correct the fields");
    if (recorded->delivery == store::DeliveryState::pending) with_.delivery.pending_added();
    ApiResponse response = json_response(201, json_of(*recorded));
    response.location = "/api/v1/entries/" + recorded->id;
    return response;
}

ApiResponse Routes::show(const ApiRequest& request) const {
    const store::EntryView entry = store::OwnerSession(with_.registry).show(entry_name(request));
    JsonObject answer = full_json_of(entry);
    answer.push_back({"explanation", delivery_note(entry, observe(with_))});
    return json_response(200, answer);
}

ApiResponse Routes::history(const ApiRequest& request) const {
    platform::JsonArray versions;
    for (const store::VersionView& version :
         store::OwnerSession(with_.registry).history(entry_name(request)))
        versions.emplace_back(json_of(version));
    return json_response(200, JsonObject{{"versions", std::move(versions)}});
}

ApiResponse Routes::revised(const store::Revised& made) const {
    if (made.delivery == store::DeliveryState::pending) with_.delivery.pending_added();
    JsonObject answer = full_json_of(store::OwnerSession(with_.registry).show(made.id));
    answer.push_back({"earlier_version_left", made.earlier_version_left});
    answer.push_back({"warnings", json_of(made.warnings)});
    return json_response(200, answer);
}

ApiResponse Routes::amend(const ApiRequest& request) const {
    const auto json = read_members(request.body, {"fields", "reason"});
    const JsonValue* const given = json ? json->find("fields") : nullptr;
    const std::string* const reason = json ? json->find("reason")->string() : nullptr;
    if (given == nullptr || given->object() == nullptr || reason == nullptr)
        return bad_json(json ? R"({"fields": {…}, "reason": "…"} is asked for)" : json.error());
    const auto fields = given_fields_of(*given);
    if (!fields) return bad_json(fields.error());
    if (fields->empty())
        return bad_json("fields names none: give those that change, as {\"minutes\": 90}");
    const auto made =
        store::OwnerSession(with_.registry)
            .amend(entry_name(request), *fields, *reason, withdrawal_parameter(request));
    if (!made)
        return field_errors(json_of(made.error()), "nothing was changed: correct the fields");
    return revised(*made);
}

ApiResponse Routes::void_entry(const ApiRequest& request) const {
    const auto json = read_members(request.body, {"reason"});
    const std::string* const reason = json ? json->find("reason")->string() : nullptr;
    if (reason == nullptr) return bad_json(json ? R"({"reason": "…"} is asked for)" : json.error());
    return revised(store::OwnerSession(with_.registry).void_entry(entry_name(request), *reason));
}

ApiResponse Routes::classify(const ApiRequest& request) const {
    const auto json = read_members(request.body, {"disclosure", "reason"});
    const std::string* const disclosure = json ? json->find("disclosure")->string() : nullptr;
    const std::string* const reason = json ? json->find("reason")->string() : nullptr;
    if (disclosure == nullptr || reason == nullptr)
        return bad_json(json ? R"({"disclosure": "…", "reason": "…"} is asked for)" : json.error());
    const auto chosen = store::disclosure_class_of(*disclosure);
    if (!chosen) return bad_json("disclosure is local, partial, full or withdrawn");
    return revised(
        store::OwnerSession(with_.registry).classify(entry_name(request), *chosen, *reason));
}

ApiResponse Routes::preview(const ApiRequest& request) const {
    const auto input = entry_of(request.body);
    if (!input) return input.error();
    const auto body = store::OwnerSession(with_.registry).preview(*input);
    if (!body) return field_errors(json_of(body.error()), "this could not be recorded");
    return json_response(200, JsonObject{{"would_leave", document_json(*body)}});
}

}  // namespace tizilim::agent
