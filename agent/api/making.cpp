#include "agent/api/answers.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

ApiResponse making_asked() {
    return shape_asked(R"({} or {"join": "…"})");
}

ApiResponse restoring_asked() {
    return shape_asked(R"({"file": "/…", "recovery_code": "…", "continue_book": false})");
}

ApiResponse make(const NoRegister& with, const ApiRequest& request) {
    const auto json = platform::read_json(request.body, kRequestJson);
    if (!json) return bad_json(json.error());
    if (json->object() == nullptr || json->object()->size() > 1) return making_asked();
    std::optional<store::PairingCode> pairing;
    if (!json->object()->empty()) {
        const JsonValue* const join = json->find("join");
        if (join == nullptr || join->string() == nullptr) return making_asked();
        auto parsed = store::PairingCode::parse(*join->string());
        if (!parsed) return error_response(409, "refused", parsed.error());
        pairing.emplace(*std::move(parsed));
    }
    const NewRegister made = with.make(pairing ? &*pairing : nullptr);
    JsonObject answer{{"book", made.book},
                      {"directory", made.directory.string()},
                      {"keys", made.keys.string()},
                      {"joined", pairing.has_value()},
                      {"recovery_code", made.recovery_code}};
    platform::append_message(answer, "problem", made.problem);
    return json_response(201, answer);
}

/// What the body asks for; nothing: it has another shape.
std::optional<store::RestoreOptions> options_in(const JsonValue& asked) {
    if (asked.object() == nullptr) return {};
    store::RestoreOptions options;
    for (const platform::JsonMember& member : *asked.object()) {
        const std::string* const text = member.value.string();
        if (member.name == "file" && text != nullptr) {
            options.file = *text;
        } else if (member.name == "recovery_code" && text != nullptr) {
            options.recovery_code = *text;
        } else if (member.name == "continue_book" && member.value.boolean() != nullptr) {
            options.continue_book = *member.value.boolean();
        } else {
            return {};
        }
    }
    // The daemon's working folder is none of the client's.
    const bool is_named =
        options.file.is_absolute() && options.file.native().find('\0') == std::string::npos;
    if (!is_named || options.recovery_code.empty()) return {};
    return options;
}

ApiResponse restore(const NoRegister& with, const ApiRequest& request) {
    const auto json = platform::read_json(request.body, kRequestJson);
    if (!json) return bad_json(json.error());
    auto options = options_in(*json);
    if (!options) return restoring_asked();
    return ndjson([&with, asked = *std::move(options)](const StreamedAnswer& to) mutable {
        asked.progress = to.progress;
        const store::RestoreReport report = with.restore(asked);
        const std::string at = platform::format_time(report.backed_up_at, with.utc_offset);
        return JsonValue(JsonObject{{"book", report.book},
                                    {"entries", report.entries},
                                    {"backed_up_at", at},
                                    {"directory", with.directory.string()}});
    });
}

ApiResponse deciding_asked() {
    return shape_asked(R"({"decision": "new"} or {"decision": "continue"})");
}

/// Another book is another installation: an exchange that has begun must not go on under it.
ApiResponse decide_book(const Services& with, const ApiRequest& request) {
    const auto json = platform::read_json(request.body, kRequestJson);
    if (!json) return bad_json(json.error());
    const JsonValue* const asked = json->find("decision");
    if (asked == nullptr || asked->string() == nullptr || json->object()->size() != 1)
        return deciding_asked();
    const std::string& decision = *asked->string();
    if (decision != "new" && decision != "continue") return deciding_asked();
    with.delivery.between_programs([&] {
        decision == "new" ? with.registry.begin_new_book() : with.registry.continue_book();
    });
    return json_response(200, JsonObject{{"book", with.registry.book().label}});
}

ApiResponse renew_code(const Services& with, const ApiRequest& /*request*/) {
    return json_response(201,
                         JsonObject{{"recovery_code", store::renew_recovery_code(with.registry)}});
}

ApiResponse made_already(const Services& with, const ApiRequest& /*request*/) {
    return error_response(
        409, "exists",
        {"register.there_already", {{"directory", with.registry.directory().string()}}});
}

ApiResponse restored_already(const Services& with, const ApiRequest& /*request*/) {
    return error_response(
        409, "exists", {"backup.register_there", {{"folder", with.registry.directory().string()}}});
}

}  // namespace

std::vector<Route> making_routes() {
    return {
        {"POST", {"api", "v1", "book"}, Body::json, decide_book},
        {"POST", {"api", "v1", "recovery-code"}, Body::none, renew_code},
        {"POST", {"api", "v1", "init"}, Body::json, made_already, For::owner, make},
        {"POST", {"api", "v1", "restore"}, Body::json, restored_already, For::owner, restore},
    };
}

}  // namespace tizilim::agent
