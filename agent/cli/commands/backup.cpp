#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace tizilim::agent {

using platform::JsonObject;
using platform::JsonValue;

int run_backup(const Command& command, const std::string& directory, std::uint32_t keep) {
    if (directory.empty())
        return usage_problem(command, platform::Message{"cli.backup_folder_empty"});
    expect_outside_register(command, directory);
    const std::string folder = std::filesystem::absolute(directory).string();
    const DaemonRequest request{
        .method = "POST",
        .path = "/api/v1/backup",
        .content_type = "application/json",
        .body = platform::to_json(JsonObject{{"directory", folder}, {"keep", keep}})};
    JsonValue result;
    if (const int code = follow(command, request, result); code != done) return code;
    if (command.json) {
        print_json(command, result);
        return done;
    }
    say(command.console, command.words("cli.backed_up", {{"count", value_at(result, "entries")},
                                                         {"file", text_at(result, "file")},
                                                         {"bytes", value_at(result, "bytes")}}));
    if (text_at(result, "removed") != "0")
        say(command.console,
            command.words("cli.backups_removed", {{"count", value_at(result, "removed")}}));
    for (const char* const name : {"not_removed", "folder_warning"}) {
        const std::string warning = said(command.words, result, name);
        if (!warning.empty()) warn(command, warning);
    }
    return done;
}

}  // namespace tizilim::agent
