#include "agent/cli/commands/conflicts.h"

#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/withdrawal.h"
#include "agent/documents/text_table.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;
using Run = std::function<int(const Command&)>;

constexpr std::size_t kTextWidth = 60;

struct PeerOptions {
    std::string name;
    ConflictsOptions conflicts;
    ResolveOptions resolve;
    std::uint64_t first = 1;
    std::uint64_t limit = 100;
};

/// By what a person names it: the number, or the id of an entry of another book.
std::string entry_label(const JsonValue& entry) {
    std::string number = text_at(entry, "number");
    return number.empty() ? text_at(entry, "id") : number;
}

/// A row a field; the entry stands in the first one.
void print_conflicts(std::ostream& out, const JsonValue& answer) {
    const std::vector<Column> columns{{"Entry"},
                                      {"Kind"},
                                      {"Since"},
                                      {"Field"},
                                      {"Mine", Align::left, kTextWidth},
                                      {"Theirs", Align::left, kTextWidth}};
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& conflict : array_at(answer, "conflicts")) {
        std::vector<std::string> first{entry_label(conflict), text_at(conflict, "kind"),
                                       text_at(conflict, "since")};
        if (array_at(conflict, "fields").empty()) {
            first.resize(columns.size());
            rows.push_back(std::exchange(first, {}));
        }
        for (const JsonValue& field : array_at(conflict, "fields")) {
            first.push_back(text_at(field, "field"));
            first.push_back(text_at(field, "mine"));
            first.push_back(text_at(field, "theirs"));
            rows.push_back(std::exchange(first, std::vector<std::string>(3)));
        }
    }
    print_table(out, columns, rows);
}

/// Adds "essence=mine", "essence=theirs" or "essence=a text" to `choices`. A text in quotes is what
/// is in them: so can "mine" be a text, too. False when it is none of these.
bool add_choice(JsonObject& choices, std::string_view given) {
    const std::size_t equals = given.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    std::string_view value = given.substr(equals + 1);
    JsonValue choice;
    if (value == "mine" || value == "theirs") {
        choice = std::string(value);
    } else {
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
        choice = JsonObject{{"text", std::string(value)}};
    }
    choices.push_back({std::string(given.substr(0, equals)), std::move(choice)});
    return true;
}

}  // namespace

void add_peer_commands(CLI::App& app, std::function<void(Run run)> chosen) {
    // The parser keeps the callbacks, and they keep what it writes to.
    const auto given = std::make_shared<PeerOptions>();
    const auto command = [&](const char* name, const char* help, Run run) {
        CLI::App* const sub = app.add_subcommand(name, help);
        sub->callback([chosen, run = std::move(run)] { chosen(run); });
        return sub;
    };
    const auto on_entry = [&](CLI::App* sub) {
        sub->add_option("name", given->name, "number, id, or the beginning of an id")
            ->required()
            ->check(is_entry_name());
    };
    CLI::App* const conflicts =
        command("conflicts", "entries that two sides changed differently, for you to decide",
                [given](const Command& c) { return run_conflicts(c, given->conflicts); });
    CLI::Option* const drop =
        conflicts->add_flag("--drop-foreign", given->conflicts.drop_foreign,
                            "drop what is stored of documents that others wrote at the unified "
                            "system, of no entry here; nothing of yours is touched");
    conflicts
        ->add_flag("--of-entries", given->conflicts.of_entries,
                   "with --drop-foreign: also what they wrote of your entries, conflicts and all; "
                   "it comes again when the unified system shows it anew")
        ->needs(drop);
    conflicts
        ->add_flag("--yes", given->conflicts.agreed, "with --drop-foreign: do it without asking")
        ->needs(drop);
    CLI::App* const resolve =
        command("resolve", "decide a conflict, field by field",
                [given](const Command& c) { return run_resolve(c, given->name, given->resolve); });
    on_entry(resolve);
    resolve
        ->add_option("--field", given->resolve.fields,
                     "essence=mine, essence=theirs or essence=\"a text\"; once for each field")
        ->allow_extra_args(false);
    resolve->add_flag("--from-stdin", given->resolve.from_stdin,
                      "read a JSON object of choices, {\"essence\": {\"text\": \"…\"}}, from "
                      "standard input: other users of this machine can read flags, but not that");
    resolve
        ->add_option("--keep", given->resolve.keep,
                     "mine or theirs: for each field that is not given, and for a conflict in "
                     "which no field that is known here differs")
        ->check(CLI::IsMember({"mine", "theirs"}));
    resolve->add_option("--reason", given->resolve.reason, "why you decided so");
    resolve->add_flag("--yes", given->resolve.agreed, kAgreedHelp);
    CLI::App* const quarantine = command(
        "quarantine", "entries that the unified system refuses",
        [given](const Command& c) { return run_quarantine(c, given->first, given->limit); });
    quarantine->add_option("--first", given->first, "begin here, as the page before says")
        ->check(CLI::PositiveNumber);
    quarantine->add_option("--limit", given->limit, "at most so many, up to 1000")
        ->check(CLI::Range(1, 1000));
    on_entry(command("retry", "send an entry from the quarantine again",
                     [given](const Command& c) { return run_retry(c, given->name); }));
    command("pair", "show the code by which another PC of yours joins", run_pair);
}

namespace {

int confirm_dropping(const Command& command, const ConflictsOptions& options) {
    if (options.agreed) return done;
    if (!command.console.ask)
        return refuse_here(command,
                           "nothing was dropped: there is no terminal to ask at. Give --yes if it "
                           "is meant");
    const std::optional<std::string> typed =
        command.console.ask(std::string("What others wrote at the unified system of ") +
                            (options.of_entries ? "any entry" : "no entry of this register") +
                            " is dropped here, for good. Type drop to do it: ");
    if (typed && *typed == "drop") return done;
    return refuse_here(command, "nothing was dropped: what was typed is not drop");
}

int drop_foreign(const Command& command, const ConflictsOptions& options) {
    if (const int refusal = confirm_dropping(command, options); refusal != done) return refusal;
    const DaemonRequest request{
        .method = "POST",
        .path = "/api/v1/foreign/drop",
        .content_type = "application/json",
        .body = platform::to_json(JsonObject{{"of_entries", options.of_entries}})};
    return ask(command, request, [&](const JsonValue& answer) {
        command.console.out << "Dropped " << text_at(answer, "documents")
                            << " documents of others, " << text_at(answer, "bytes") << " B\n";
    });
}

}  // namespace

int run_conflicts(const Command& command, const ConflictsOptions& options) {
    if (options.drop_foreign) return drop_foreign(command, options);
    return ask(command, {.path = "/api/v1/conflicts"}, [&](const JsonValue& answer) {
        if (array_at(answer, "conflicts").empty()) {
            command.console.out << "No entry is in conflict.\n";
            return;
        }
        print_conflicts(command.console.out, answer);
        command.console.err << "Decide with: tizilim resolve ENTRY --field FIELD=mine, =theirs or "
                               "=\"a text\", or --keep mine or theirs\n";
    });
}

int run_resolve(const Command& command, const std::string& name, const ResolveOptions& options) {
    JsonObject choices;
    if (options.from_stdin) {
        const auto read = platform::read_json(read_stdin(command.console.in));
        if (!read)
            return usage_problem(command, "standard input: " + platform::in_english(read.error()));
        if (read->object() == nullptr)
            return usage_problem(command, "standard input: a JSON object is asked for");
        choices = *read->object();
    }
    for (const std::string& field : options.fields)
        if (!add_choice(choices, field))
            return usage_problem(command,
                                 "--field is written essence=mine, essence=theirs or "
                                 "essence=\"a text\"");
    if (choices.empty() && options.keep.empty())
        return usage_problem(command,
                             "nothing is decided: give --field for each field in conflict, or "
                             "--keep mine or theirs; tizilim conflicts names them");
    EntryAct act{.name = name,
                 .what = "resolve",
                 .body = {{"choices", std::move(choices)}},
                 .agreed = options.agreed};
    if (!options.keep.empty()) act.body.push_back({"keep", options.keep});
    if (!options.reason.empty()) act.body.push_back({"reason", options.reason});
    return ask_agreed(command, act, [&](const JsonValue& entry) {
        command.console.out << "Entry " << name << " is resolved: version "
                            << text_at(entry, "versions") << ", " << text_at(entry, "delivery")
                            << '\n';
        print_problems(command.console.err, array_at(entry, "warnings"), "warning: ");
    });
}

int run_quarantine(const Command& command, std::uint64_t first, std::uint64_t limit) {
    const DaemonRequest request{.path = "/api/v1/quarantine?first=" + std::to_string(first) +
                                        "&limit=" + std::to_string(limit)};
    return ask(command, request, [&](const JsonValue& answer) {
        if (array_at(answer, "entries").empty()) {
            command.console.out << "No entry is in quarantine.\n";
            return;
        }
        std::vector<std::vector<std::string>> rows;
        for (const JsonValue& entry : array_at(answer, "entries"))
            rows.push_back({entry_label(entry), text_at(entry, "application_date"),
                            text_at(entry, "attempts"), text_at(entry, "tried_at"),
                            text_at(entry, "delivery_reason")});
        print_table(command.console.out,
                    {{"Entry"},
                     {"Date"},
                     {"Attempts", Align::right},
                     {"Last"},
                     {"Reason", Align::left, 2 * kTextWidth}},
                    rows);
        command.console.err << "Next: when the rules of the unified system change, or by tizilim "
                               "retry ENTRY\n";
        const std::string next = text_at(answer, "next");
        if (!next.empty())
            command.console.err << "There may be more: tizilim quarantine --first " << next << '\n';
    });
}

int run_retry(const Command& command, const std::string& name) {
    const DaemonRequest request{.method = "POST", .path = entry_path(name) + "/retry"};
    return ask(command, request, [&](const JsonValue& entry) {
        command.console.out << "Entry " << name << " waits again, " << text_at(entry, "delivery")
                            << '\n';
    });
}

int run_pair(const Command& command) {
    return ask(command, {.method = "POST", .path = "/api/v1/pair"}, [&](const JsonValue& answer) {
        command.console.out
            << "\nPairing code:\n\n    " << text_at(answer, "code")
            << "\n\nOn your other computer: tizilim init --join -\nand type the code there. "
               "Whoever "
               "has it can write entries as if they were yours, for good: show it to nobody, send "
               "it to nobody, and keep no copy. This command shows it again when you need it.\n";
    });
}

}  // namespace tizilim::agent
