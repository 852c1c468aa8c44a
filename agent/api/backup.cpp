#include "store/backup/backup.h"

#include "agent/api/answers.h"
#include "agent/api/backup_json.h"
#include "agent/api/backup_places.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/status.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;

ApiResponse backup_asked() {
    return bad_json({"request.backup", {{"shape", R"({"directory": "/…", "keep": 14})"}}});
}

JsonArray in_a_list(const std::vector<std::filesystem::path>& places) {
    JsonArray list;
    for (const std::filesystem::path& place : places) list.emplace_back(place.string());
    return list;
}

/// What the body asks for, or the answer that says what is wrong with it.
platform::Expected<store::BackupOptions, ApiResponse> options_of(const std::string& body,
                                                                 const Services& with) {
    const BackupDoor& to = with.backups;
    const auto json = platform::read_json(body, kRequestJson);
    if (!json) return platform::Unexpected{bad_json(json.error())};
    if (json->object() == nullptr) return platform::Unexpected{backup_asked()};
    store::BackupOptions options{.directory = to.directory, .keep = 0};
    for (const platform::JsonMember& member : *json->object()) {
        const std::int64_t* const keep = member.value.integer();
        if (member.name == "directory" && member.value.string() != nullptr) {
            options.directory = *member.value.string();
        } else if (member.name == "keep" && keep != nullptr && *keep >= 0 &&
                   *keep <= std::numeric_limits<std::int32_t>::max()) {
            options.keep = static_cast<std::uint32_t>(*keep);
        } else {
            return platform::Unexpected{backup_asked()};
        }
    }
    // The daemon's working folder is none of the client's.
    if (!options.directory.is_absolute()) return platform::Unexpected{backup_asked()};
    if (may_write(options.directory, to.places)) return options;
    // The folder of [backup] is one of the places, wherever it was there at the start.
    if (options.directory == to.directory)
        return platform::Unexpected{error_response(
            409, "refused", {"backup.folder_came_later", {{"folder", to.directory.string()}}})};
    return platform::Unexpected{error_response(
        409, "refused",
        {"backup.place_denied",
         {{"folder", options.directory.string()},
          {"places", in_a_list(offered_for_backups(to.places, with.registry.directory()))}}})};
}

ApiResponse back_up(const Services& with, const ApiRequest& request) {
    auto options = options_of(request.body, with);
    if (!options) return options.error();
    return ndjson([&with, asked = *std::move(options)](const StreamedAnswer& to) {
        const store::BackupReport report = with.backups.back_up(asked, to.progress);
        JsonObject json{{"file", report.file.string()},
                        {"bytes", report.bytes},
                        {"entries", report.entries},
                        {"removed", report.removed}};
        platform::append_message(json, "not_removed", report.not_removed);
        platform::append_message(json, "folder_warning", report.folder_warning);
        return JsonValue(std::move(json));
    });
}

JsonValue time_or_null(const std::optional<platform::WallTime>& at, platform::UtcOffset offset) {
    return at ? JsonValue(platform::format_time(*at, offset)) : JsonValue();
}

/// Null where no folder is configured.
JsonValue schedule(const Services& with) {
    if (with.backups.directory.empty()) return {};
    const BackupState state = with.backups.snapshot();
    JsonObject json{{"directory", with.backups.directory.string()},
                    {"last_at", time_or_null(state.last_at, with.utc_offset)},
                    {"due_at", time_or_null(state.due_at, with.utc_offset)},
                    {"failures", state.failures},
                    {"running", state.running}};
    platform::append_message(json, "failed", state.failed);
    json.push_back({"drill", drill_json(state.drill, with.utc_offset)});
    return json;
}

ApiResponse try_newest(const Services& with, const ApiRequest& /*request*/) {
    return ndjson([&with](const StreamedAnswer& to) {
        const store::BackupDrill drill = with.backups.try_newest(to.progress);
        return JsonValue(
            JsonObject{{"file", drill.file.string()},
                       {"made_at", platform::format_time(drill.made_at, with.utc_offset)},
                       {"entries", drill.entries}});
    });
}

ApiResponse list_backups(const Services& with, const ApiRequest& request) {
    const std::filesystem::path asked = text_parameter(request, "directory");
    // The daemon's working folder is none of the client's.
    if (!asked.empty() && !asked.is_absolute()) return bad_parameter({"request.backup_directory"});
    const std::filesystem::path& directory = asked.empty() ? with.backups.directory : asked;
    JsonObject json;
    if (!directory.empty()) json = backups_json(directory, &with.registry, with.utc_offset);
    json.push_back({"schedule", schedule(with)});
    return json_response(200, json);
}

}  // namespace

std::vector<Route> backup_routes() {
    return {
        {"GET", {"api", "v1", "backups"}, Body::none, list_backups},
        {"POST", {"api", "v1", "backup"}, Body::json, back_up},
        {"POST", {"api", "v1", "backups", "try"}, Body::none, try_newest},
    };
}

}  // namespace tizilim::agent
