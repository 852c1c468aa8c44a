#include "agent/api/backup_json.h"

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <filesystem>
#include <optional>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

JsonObject json_of(const store::BackupSeen& seen, platform::UtcOffset offset) {
    JsonObject json{{"file", seen.file.string()},
                    {"book", seen.book},
                    {"at", platform::format_time(seen.named_at, offset)},
                    {"bytes", seen.bytes},
                    {"of_this_register", seen.is_ours ? JsonValue(*seen.is_ours) : JsonValue()}};
    platform::append_message(json, "problem", seen.problem);
    return json;
}

}  // namespace

JsonObject backups_json(const std::filesystem::path& directory, const store::Register* registry,
                        platform::UtcOffset offset) {
    platform::JsonArray backups;
    store::BackupsSeen seen;
    std::optional<platform::Message> problem;
    try {
        seen = store::backups_in(directory, registry);
    } catch (const store::StoreError& error) {
        problem = error.message();
    }
    for (const store::BackupSeen& backup : seen.newest)
        backups.emplace_back(json_of(backup, offset));
    JsonObject json{{"directory", directory.string()},
                    {"backups", std::move(backups)},
                    {"left_out", seen.left_out}};
    platform::append_message(json, "problem", problem);
    return json;
}

}  // namespace tizilim::agent
