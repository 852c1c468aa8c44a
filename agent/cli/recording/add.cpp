#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/flags.h"
#include "agent/cli/recording/questions.h"
#include "agent/cli/recording/recording.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// Adds what a new entry takes over from the entry `name`: the case, but neither what was done nor
/// when. Of its class only that it stays: to let an entry leave is decided anew. Returns an
/// ExitCode.
int take_over(const Command& command, const std::string& name, JsonObject& fields) {
    constexpr auto kTaken = std::to_array<std::string_view>(
        {"basis_type", "basis_number", "basis_date", "basis_issuer", "form", "language"});
    const DaemonReply reply = DaemonClient(command.configuration).ask({.path = entry_path(name)});
    const JsonValue entry = read_reply(reply.body);
    if (!is_success(reply.status)) return refuse(command, entry);
    for (const std::string_view field : kTaken)
        if (std::string text = text_at(entry, field); !text.empty())
            set_member(fields, {std::string(field), std::move(text)});
    if (true_at(entry, "minor") || text_at(entry, "minor") == "yes")
        set_member(fields, {"minor", "yes"});
    const std::string disclosure = text_at(entry, "disclosure");
    if (disclosure == "local" || disclosure == "withdrawn")
        set_member(fields, {"disclosure", "local"});
    return done;
}

/// `typed`: what of the fields the person typed.
void print_recorded(const Command& command, const JsonObject& typed, const JsonValue& answer) {
    say(command.console,
        command.words("cli.recorded", {{"number", value_at(answer, "number")},
                                       {"state", in_words(command.words, answer, "delivery")},
                                       {"id", text_at(answer, "id")}}));
    print_understood(command, typed, answer);
    if (const std::string next = said(command.words, answer, "explanation"); !next.empty())
        say(command.console, next);
    print_warnings(command, array_at(answer, "warnings"));
}

int record(const Command& command, const AddOptions& options, const JsonObject& fields,
           const JsonObject& typed) {
    const std::string entries = "/api/v1/entries";
    const auto print = [&](const JsonValue& answer) { print_recorded(command, typed, answer); };
    if (options.again) return ask(command, posted(entries, fields), print);
    const DaemonReply first =
        DaemonClient(command.configuration).ask(posted(entries + "?once=1", fields));
    const bool can_ask = !options.from_stdin && command.console.ask;
    const JsonValue answer = read_reply(first.body);
    if (!can_ask || text_at(answer, "error") != "repeated") return conclude(command, first, print);
    complain(command, said(command.words, answer));
    if (!ask_yes(command, "cli.record_again", false)) return refused;
    return ask(command, posted(entries, fields), print);
}

int add_by_questions(const Command& command, const AddOptions& options, JsonObject fields) {
    JsonValue preview;
    if (const int failed = ask_fields(command, fields, preview); failed != done) return failed;
    print_would_leave(command, preview);
    if (options.dry_run) return done;
    if (!ask_yes(command, "ask.record", true))
        return refuse_here(command, platform::Message{"cli.nothing_recorded"});
    return record(command, options, fields, {});
}

}  // namespace

int run_add(const Command& asked, const AddOptions& options) {
    Command command = asked;
    command.names_flags = !options.from_stdin;
    JsonObject fields;
    if (!options.like.empty())
        if (const int failed = take_over(command, options.like, fields); failed != done)
            return failed;
    const bool asks =
        command.console.ask && !command.json && !options.from_stdin && options.fields.empty();
    if (asks) return add_by_questions(command, options, std::move(fields));
    JsonObject typed;
    if (const int failed = add_given_fields(command, options, typed); failed != done) return failed;
    set_member(fields, {"application_date", "today"});
    for (const platform::JsonMember& member : typed) set_member(fields, member);
    if (!options.dry_run) return record(command, options, fields, typed);
    return ask(command, posted("/api/v1/preview", fields), [&](const JsonValue& answer) {
        print_understood(command, typed, answer);
        print_would_leave(command, answer);
    });
}

}  // namespace tizilim::agent
