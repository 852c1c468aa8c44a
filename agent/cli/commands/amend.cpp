#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/withdrawal.h"
#include "platform/text/json.h"

#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// An act on one entry, whose answer is the entry as it is now; `made` says what it has become.
int revise(const Command& command, EntryAct act,
           const std::function<std::string(const JsonValue& entry)>& made) {
    return ask_agreed(command, std::move(act), [&](const JsonValue& answer) {
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
    const EntryAct act{.name = name,
                       .what = "amend",
                       .body = {{"fields", std::move(fields)}, {"reason", reason}},
                       .agreed = options.agreed};
    return revise(command, act, [&](const JsonValue& entry) {
        return "Entry " + name + " is amended: version " + text_at(entry, "versions");
    });
}

int run_void(const Command& command, const std::string& name, const std::string& reason) {
    return revise(command, {.name = name, .what = "void", .body = {{"reason", reason}}},
                  [&](const JsonValue&) { return "Entry " + name + " is void"; });
}

int run_classify(const Command& command, const std::string& name, const ClassifyOptions& options) {
    if (options.disclosure == "withdrawn") {
        const int refusal = confirm_withdrawal(command, name, options.agreed);
        if (refusal != done) return refusal;
    }
    const EntryAct act{.name = name,
                       .what = "classify",
                       .body = {{"disclosure", options.disclosure}, {"reason", options.reason}}};
    return revise(command, act, [&](const JsonValue& entry) {
        return "Entry " + name + " is " + text_at(entry, "disclosure");
    });
}

}  // namespace tizilim::agent
