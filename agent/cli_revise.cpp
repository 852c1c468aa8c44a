#include "agent/cli_commands.h"
#include "agent/cli_reply.h"
#include "agent/daemon_client.h"
#include "platform/json.h"

#include <ostream>
#include <string>

namespace tizilim::agent {

using platform::JsonObject;
using platform::JsonValue;

int run_classify(const Command& command, const std::string& name, const std::string& disclosure,
                 const std::string& reason) {
    const DaemonRequest request{
        .method = "POST",
        .path = entry_path(name) + "/classify",
        .content_type = "application/json",
        .body = platform::to_json(JsonObject{{"disclosure", disclosure}, {"reason", reason}})};
    return ask(command, request, [&](const JsonValue& answer) {
        command.console.out << "Entry " << name << " is " << text_at(answer, "disclosure") << ", "
                            << text_at(answer, "delivery") << '\n';
        if (!true_at(answer, "earlier_version_left")) return;
        command.console.err << "warning: an earlier version has left, or was being sent: it may be "
                               "readable at the unified system\n";
    });
}

}  // namespace tizilim::agent
