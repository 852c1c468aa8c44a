#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/flags.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/cli/terminal/withdrawal.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// An act on one entry, whose answer is the entry as it is now; `made` is the message of what it
/// has become, `typed` the fields that were given.
int revise(const Command& command, EntryAct act, std::string_view made,
           const JsonObject& typed = {}) {
    const std::string name = act.name;
    return ask_agreed(command, std::move(act), [&](const JsonValue& answer) {
        const Words& words = command.words;
        say(command.console, words(made, {{"entry", name},
                                          {"version", value_at(answer, "versions")},
                                          {"class", in_words(words, answer, "disclosure")},
                                          {"state", in_words(words, answer, "delivery")}}));
        print_understood(command, typed, answer);
        print_warnings(command, array_at(answer, "warnings"));
        if (true_at(answer, "earlier_version_left")) warn(command, words("cli.version_left"));
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
    if (fields.empty()) return usage_problem(command, platform::Message{"cli.nothing_to_amend"});
    const EntryAct act{.name = name,
                       .what = "amend",
                       .body = {{"fields", fields}, {"reason", reason}},
                       .agreed = options.agreed};
    return revise(command, act, "cli.amended", fields);
}

int run_void(const Command& command, const std::string& name, const std::string& reason) {
    return revise(command, {.name = name, .what = "void", .body = {{"reason", reason}}},
                  "cli.voided");
}

int run_classify(const Command& command, const std::string& name, const ClassifyOptions& options) {
    if (options.disclosure == "withdrawn") {
        const int refusal = confirm_withdrawal(command, name, options.agreed);
        if (refusal != done) return refusal;
    }
    const EntryAct act{.name = name,
                       .what = "classify",
                       .body = {{"disclosure", options.disclosure}, {"reason", options.reason}}};
    return revise(command, act, "cli.classified");
}

}  // namespace tizilim::agent
