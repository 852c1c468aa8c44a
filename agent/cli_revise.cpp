#include "agent/cli.h"
#include "agent/cli_commands.h"
#include "agent/cli_reply.h"
#include "agent/daemon_client.h"
#include "platform/json.h"

#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// An act on one entry, whose answer is the entry as it is now; `made` says what it has become.
int revise(const Command& command, const std::string& path, const JsonObject& body,
           const std::function<std::string(const JsonValue& entry)>& made) {
    const DaemonRequest request{.method = "POST",
                                .path = path,
                                .content_type = "application/json",
                                .body = platform::to_json(body)};
    return ask(command, request, [&](const JsonValue& answer) {
        command.console.out << made(answer) << ", " << text_at(answer, "delivery") << '\n';
        print_problems(command.console.err, array_at(answer, "warnings"),
                       "warning: ", command.names_flags);
        if (true_at(answer, "earlier_version_left"))
            command.console.err << "warning: an earlier version has left, or was being sent: it "
                                   "may be readable at the unified system\n";
    });
}

}  // namespace

int run_amend(const Command& asked, const std::string& name, const AddOptions& options,
              const std::string& reason) {
    Command command = asked;
    command.names_flags = !options.from_stdin;
    JsonObject fields;
    if (const int failed = add_given_fields(command, options, fields); failed != done)
        return failed;
    if (fields.empty())
        return usage_problem(command, "nothing to amend: give at least one field, as --minutes 90");
    const JsonObject body{{"fields", std::move(fields)}, {"reason", reason}};
    return revise(command, entry_path(name) + "/amend", body, [&](const JsonValue& entry) {
        return "Entry " + name + " is amended: version " + text_at(entry, "versions");
    });
}

int run_void(const Command& command, const std::string& name, const std::string& reason) {
    return revise(command, entry_path(name) + "/void", {{"reason", reason}},
                  [&](const JsonValue&) { return "Entry " + name + " is void"; });
}

int run_classify(const Command& command, const std::string& name, const std::string& disclosure,
                 const std::string& reason) {
    return revise(command, entry_path(name) + "/classify",
                  {{"disclosure", disclosure}, {"reason", reason}}, [&](const JsonValue& entry) {
                      return "Entry " + name + " is " + text_at(entry, "disclosure");
                  });
}

}  // namespace tizilim::agent
