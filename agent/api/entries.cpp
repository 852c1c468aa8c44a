#include "agent/api/answers.h"
#include "agent/api/entry_json.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "agent/delivery/delivery_note.h"
#include "agent/delivery/observation.h"
#include "agent/input/written.h"
#include "platform/check.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/owner/act_results.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_session.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// Adds the errors of other fields than those that are named.
void add_others(std::vector<store::FieldError>& named,
                const std::vector<store::FieldError>& errors) {
    for (const store::FieldError& error : errors)
        if (std::ranges::find(named, error.field, &store::FieldError::field) == named.end())
            named.push_back(error);
}

/// {"understood": {"minutes": "90"}}, of what was written as 1:30.
JsonObject understood_json(const std::vector<Understood>& understood) {
    JsonObject fields;
    for (const Understood& field : understood)
        fields.push_back({std::string(field.field), field.text});
    return {{"understood", std::move(fields)}};
}

/// An entry as a person wrote it, and what of it was understood as something else.
struct AskedEntry {
    store::EntryTexts texts;
    JsonObject understood;
};

/// The entry in the body, or the answer that says all that is wrong with it.
platform::Expected<AskedEntry, ApiResponse> entry_of(const Services& with,
                                                     const std::string& body) {
    const auto json = platform::read_json(body, kRequestJson);
    if (!json) return platform::Unexpected{bad_json(json.error())};
    auto input = entry_input_of(*json);
    if (!input) return platform::Unexpected{bad_json(input.error())};
    store::EntryTexts texts = *std::move(input);
    WrittenEntry read = read_written(texts, today_of(with));
    JsonObject understood = understood_json(read.understood);
    if (read.problems.empty()) return AskedEntry{std::move(texts), std::move(understood)};
    const auto checked = store::OwnerSession(with.registry).preview(texts);
    if (!checked) add_others(read.problems, checked.error());
    return platform::Unexpected{
        field_errors(json_of(read.problems), {"request.not_recorded"}, std::move(understood))};
}

JsonValue text_or_null(const std::string& text) {
    return text.empty() ? JsonValue() : JsonValue(text);
}

/// Or the answer that says what is asked for.
platform::Expected<store::ListQuery, ApiResponse> list_query_of(const Services& with,
                                                                const ApiRequest& request) {
    const auto bad = [](const platform::Message& message) {
        return platform::Unexpected{bad_parameter(message)};
    };
    const auto page = page_parameters(request);
    if (!page) return platform::Unexpected{page.error()};
    store::ListQuery query{.first = page->first,
                           .count_max = page->limit,
                           .month = {},
                           .state = {},
                           .book = text_parameter(request, "book"),
                           .pulled = text_parameter(request, "pulled") == "1"};
    if (const std::string order = text_parameter(request, "order"); order == "newest") {
        query.newest_first = true;
        if (!request.query.contains("first")) query.first = 0;
    } else if (!order.empty() && order != "oldest") {
        return bad({"request.order"});
    }
    const auto month = month_parameter(request, today_of(with));
    if (!month) return platform::Unexpected{month.error()};
    if (const auto asked = *month) query.month = *asked / std::chrono::day(1);
    if (const std::string state = text_parameter(request, "state"); !state.empty()) {
        query.state = store::delivery_state_of(state);
        if (!query.state)
            return bad({"request.state",
                        {{"states", platform::JsonArray{"local", "unsigned", "pending", "sent",
                                                        "delivered", "quarantined"}}}});
    }
    return query;
}

ApiResponse list(const Services& with, const ApiRequest& request) {
    const auto query = list_query_of(with, request);
    if (!query) return query.error();
    const store::EntryPage page = store::OwnerSession(with.registry).list(*query);
    platform::JsonArray entries;
    for (const store::EntryView& view : page.entries) entries.emplace_back(json_of(view));
    return page_response("entries", std::move(entries), page.next);
}

ApiResponse books(const Services& with, const ApiRequest& /*request*/) {
    const store::BooksView view = store::OwnerSession(with.registry).books();
    platform::JsonArray books;
    for (const store::BookView& book : view.books)
        books.emplace_back(JsonObject{{"label", book.label},
                                      {"current", book.is_current},
                                      {"entries", book.entries},
                                      {"first_recorded_at", text_or_null(book.first_recorded_at)},
                                      {"last_recorded_at", text_or_null(book.last_recorded_at)}});
    return json_response(200, JsonObject{{"books", std::move(books)}, {"pulled", view.pulled}});
}

ApiResponse search(const Services& with, const ApiRequest& request) {
    const std::string text = text_parameter(request, "text");
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        return bad_parameter({"request.search"});
    return ndjson([&with, text](const StreamedAnswer& to) {
        std::uint64_t found = 0;
        store::OwnerSession(with.registry)
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

ApiResponse recorded_answer(const store::Recorded& recorded, JsonObject more,
                            const Observation& observed) {
    JsonObject answer = json_of(recorded);
    for (platform::JsonMember& member : more) answer.push_back(std::move(member));
    platform::append_message(answer, "explanation", recorded_note(recorded, observed));
    ApiResponse response = json_response(201, answer);
    response.location = "/api/v1/entries/" + recorded.id;
    return response;
}

ApiResponse add(const Services& with, const ApiRequest& request) {
    const std::string draft = text_parameter(request, "draft");
    const auto input = entry_of(with, request.body);
    if (!input) return input.error();
    // A second click, or the answer to the first was lost.
    if (const auto before = store::OwnerSession(with.registry).recorded_from(draft, input->texts))
        return recorded_answer(*before, input->understood, observe(with));
    if (text_parameter(request, "once") == "1") {
        if (const auto like = store::OwnerSession(with.registry).like(input->texts))
            return error_response(409, "repeated",
                                  {"request.repeated", {{"like", platform::as_json(*like)}}});
    }
    // Before: what was recorded must not be answered by an error.
    const Observation observed = observe(with);
    const auto recorded = store::OwnerSession(with.registry).add(input->texts, draft);
    if (!recorded)
        return field_errors(json_of(recorded.error()), {"request.not_recorded"}, input->understood);
    if (recorded->delivery == store::DeliveryState::pending) with.delivery.pending_added();
    return recorded_answer(*recorded, input->understood, observed);
}

ApiResponse show(const Services& with, const ApiRequest& request) {
    const store::EntryView entry = store::OwnerSession(with.registry).show(entry_name(request));
    JsonObject answer = full_json_of(entry);
    platform::append_message(answer, "explanation", delivery_note(entry, observe(with)));
    return json_response(200, answer);
}

ApiResponse history(const Services& with, const ApiRequest& request) {
    platform::JsonArray versions;
    for (const store::VersionView& version :
         store::OwnerSession(with.registry).history(entry_name(request)))
        versions.emplace_back(json_of(version));
    return json_response(200, JsonObject{{"versions", std::move(versions)}});
}

/// The version that the person saw, as `json` names it; 0, which no entry has: it names none that
/// is a version. Nothing where it is not given.
std::optional<std::uint32_t> seen_version_in(const JsonValue& json) {
    const JsonValue* const given = json.find("version");
    if (given == nullptr) return {};
    const std::int64_t number = given->integer() != nullptr ? *given->integer() : 0;
    return number > 0 && std::in_range<std::uint32_t>(number) ? static_cast<std::uint32_t>(number)
                                                              : 0;
}

/// The answer to `handler`; where the entry was changed since the person saw it, 409 with what it
/// is now.
template <ApiResponse (*handler)(const Services&, const ApiRequest&)>
ApiResponse as_seen(const Services& with, const ApiRequest& request) {
    try {
        return handler(with, request);
    } catch (const store::ChangedMeanwhile& thrown) {
        JsonObject answer{{"error", "changed_meanwhile"}};
        platform::append_message(answer, "message", thrown.message());
        answer.push_back(
            {"entry", full_json_of(store::OwnerSession(with.registry).show(entry_name(request)))});
        return json_response(409, answer);
    }
}

ApiResponse amend(const Services& with, const ApiRequest& request) {
    const auto json = read_members(request.body, {"fields", "reason"}, {"version"});
    const JsonValue* const given = json ? json->find("fields") : nullptr;
    const std::string* const reason = json ? json->find("reason")->string() : nullptr;
    if (given == nullptr || given->object() == nullptr || reason == nullptr)
        return json ? shape_asked(R"({"fields": {…}, "reason": "…"})") : bad_json(json.error());
    auto asked = given_fields_of(*given);
    if (!asked) return bad_json(asked.error());
    store::GivenFields fields = *std::move(asked);
    // What can't be read the register refuses, too, with all else that is wrong.
    WrittenEntry read = read_written(fields, today_of(with));
    JsonObject understood = understood_json(read.understood);
    if (fields.empty()) return bad_json({"request.no_fields", {{"example", R"({"minutes": 90})"}}});
    const auto made =
        store::OwnerSession(with.registry, seen_version_in(*json))
            .amend(entry_name(request), fields, *reason, withdrawal_parameter(request));
    if (!made) {
        add_others(read.problems, made.error());
        return field_errors(json_of(read.problems), {"request.not_changed"}, std::move(understood));
    }
    return revised(with, *made, std::move(understood));
}

ApiResponse void_entry(const Services& with, const ApiRequest& request) {
    const auto json = read_members(request.body, {"reason"}, {"version"});
    const std::string* const reason = json ? json->find("reason")->string() : nullptr;
    if (reason == nullptr) return json ? shape_asked(R"({"reason": "…"})") : bad_json(json.error());
    return revised(with, store::OwnerSession(with.registry, seen_version_in(*json))
                             .void_entry(entry_name(request), *reason));
}

ApiResponse classify(const Services& with, const ApiRequest& request) {
    const auto json = read_members(request.body, {"disclosure", "reason"}, {"version"});
    const std::string* const disclosure = json ? json->find("disclosure")->string() : nullptr;
    const std::string* const reason = json ? json->find("reason")->string() : nullptr;
    if (disclosure == nullptr || reason == nullptr)
        return json ? shape_asked(R"({"disclosure": "…", "reason": "…"})") : bad_json(json.error());
    const Written chosen = new_class_written(*disclosure);
    if (!chosen)
        return bad_json(
            {"request.parameter", {{"name", "disclosure"}, {"why", as_json(chosen.error())}}});
    const auto to = store::disclosure_class_of(*chosen);
    CHECK(to.has_value());
    return revised(with, store::OwnerSession(with.registry, seen_version_in(*json))
                             .classify(entry_name(request), *to, *reason));
}

ApiResponse preview(const Services& with, const ApiRequest& request) {
    const auto input = entry_of(with, request.body);
    if (!input) return input.error();
    const auto body = store::OwnerSession(with.registry).preview(input->texts);
    if (!body)
        return field_errors(json_of(body.error()), {"request.not_recordable"}, input->understood);
    JsonObject answer{{"would_leave", document_json(*body)}};
    answer.push_back(input->understood.front());
    return json_response(200, answer);
}

}  // namespace

ApiResponse revised(const Services& with, const store::Revised& made, JsonObject more) {
    if (made.delivery == store::DeliveryState::pending) with.delivery.pending_added();
    JsonObject answer = full_json_of(store::OwnerSession(with.registry).show(made.id));
    answer.push_back({"earlier_version_left", made.earlier_version_left});
    answer.push_back({"warnings", json_of(made.warnings)});
    for (platform::JsonMember& member : more) answer.push_back(std::move(member));
    return json_response(200, answer);
}

std::vector<Route> entry_routes() {
    return {
        {"GET", {"api", "v1", "entries"}, Body::none, list},
        {"POST", {"api", "v1", "entries"}, Body::json, add},
        {"GET", {"api", "v1", "entries", "*"}, Body::none, show},
        {"GET", entry_path("history"), Body::none, history},
        {"POST", entry_path("amend"), Body::json, as_seen<amend>},
        {"POST", entry_path("void"), Body::json, as_seen<void_entry>},
        {"POST", entry_path("classify"), Body::json, as_seen<classify>},
        {"GET", {"api", "v1", "books"}, Body::none, books},
        {"GET", {"api", "v1", "search"}, Body::none, search},
        {"POST", {"api", "v1", "preview"}, Body::json, preview},
    };
}

}  // namespace tizilim::agent
