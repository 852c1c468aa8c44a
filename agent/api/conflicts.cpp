#include "agent/api/answers.h"
#include "agent/api/entry_json.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "agent/delivery/delivery_note.h"
#include "agent/delivery/observation.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"

#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

ApiResponse choices_asked() {
    return bad_json(
        {"request.choices",
         {{"shape",
           R"({"choices": {"essence": "mine", "form": "theirs", "minutes": {"text": 90}}})"},
          {"mine", R"("keep": "mine")"},
          {"theirs", R"("keep": "theirs")"},
          {"reason", R"("reason")"}}});
}

ApiResponse conflicts(const Services& with, const ApiRequest& /*request*/) {
    platform::JsonArray conflicts;
    for (const store::ConflictView& conflict : store::OwnerSession(with.registry).conflicts())
        conflicts.emplace_back(json_of(conflict));
    return json_response(200, JsonObject{{"conflicts", std::move(conflicts)}});
}

ApiResponse resolve(const Services& with, const ApiRequest& request) {
    const auto json = read_members(request.body, {"choices"}, {"keep", "reason"});
    if (!json) return choices_asked();
    const auto choices = choices_of(*json->find("choices"));
    if (!choices) return bad_json(choices.error());
    store::Resolution how{.withdrawal = withdrawal_parameter(request)};
    if (const JsonValue* keep = json->find("keep")) {
        if (*keep == JsonValue("mine")) how.keep = store::Choice::Side::mine;
        if (*keep == JsonValue("theirs")) how.keep = store::Choice::Side::theirs;
        if (!how.keep) return choices_asked();
    }
    if (const JsonValue* reason = json->find("reason")) {
        if (reason->string() == nullptr) return choices_asked();
        how.reason = *reason->string();
    }
    if (choices->empty() && !how.keep) return choices_asked();
    const auto made =
        store::OwnerSession(with.registry).resolve(entry_name(request), *choices, how);
    if (!made) return field_errors(json_of(made.error()), {"request.choices_refused"});
    return revised(with, *made);
}

ApiResponse drop_foreign(const Services& with, const ApiRequest& request) {
    const auto asked = [] {
        return bad_json({"request.drop_foreign", {{"shape", R"({"of_entries": false})"}}});
    };
    const auto json = read_members(request.body, {"of_entries"}, {});
    if (!json) return asked();
    const bool* const of_entries = json->find("of_entries")->boolean();
    if (of_entries == nullptr) return asked();
    const store::DroppedForeign dropped =
        store::OwnerSession(with.registry)
            .drop_foreign(*of_entries ? store::ForeignScope::of_entries_too
                                      : store::ForeignScope::of_no_entry);
    return json_response(200,
                         JsonObject{{"documents", dropped.documents}, {"bytes", dropped.bytes}});
}

ApiResponse quarantine(const Services& with, const ApiRequest& request) {
    const auto asked = page_parameters(request);
    if (!asked) return asked.error();
    const store::EntryPage page = store::OwnerSession(with.registry)
                                      .list({.first = asked->first,
                                             .count_max = asked->limit,
                                             .state = store::DeliveryState::quarantined});
    const Observation observed = observe(with);
    platform::JsonArray entries;
    for (const store::EntryView& entry : page.entries) {
        JsonObject row = json_of(entry);
        platform::append_message(row, "explanation", delivery_note(entry, observed));
        entries.emplace_back(std::move(row));
    }
    return page_response("entries", std::move(entries), page.next);
}

ApiResponse retry(const Services& with, const ApiRequest& request) {
    return revised(with, store::OwnerSession(with.registry).retry(entry_name(request)));
}

ApiResponse pair(const Services& with, const ApiRequest& /*request*/) {
    return json_response(200, JsonObject{{"code", with.registry.pairing_code().text()}});
}

}  // namespace

std::vector<Route> conflict_routes() {
    return {
        {"GET", {"api", "v1", "conflicts"}, Body::none, conflicts},
        {"POST", entry_path("resolve"), Body::json, resolve},
        {"POST", {"api", "v1", "foreign", "drop"}, Body::json, drop_foreign},
        {"GET", {"api", "v1", "quarantine"}, Body::none, quarantine},
        {"POST", entry_path("retry"), Body::none, retry},
        {"POST", {"api", "v1", "pair"}, Body::none, pair},
    };
}

}  // namespace tizilim::agent
