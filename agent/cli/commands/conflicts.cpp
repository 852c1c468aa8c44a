#include "agent/cli/commands/conflicts.h"

#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/cli/terminal/two_columns.h"
#include "agent/cli/terminal/withdrawal.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

/// In words and, to be typed, by its name.
std::string field_label(const Words& words, const std::string& name) {
    const std::string word = field_word(words, name);
    return word == name ? name : word + " (" + name + ')';
}

/// A row a field; the entry stands in the first one.
void print_conflicts(const Command& command, const JsonValue& answer) {
    const Words& words = command.words;
    const std::vector<Column> columns{{words("table.entry")},
                                      {words("table.kind")},
                                      {words("table.since")},
                                      {words("table.field")},
                                      {words("table.mine"), Align::left, kTextWidth},
                                      {words("table.theirs"), Align::left, kTextWidth}};
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& conflict : array_at(answer, "conflicts")) {
        std::vector<std::string> first{entry_label(conflict), in_words(words, conflict, "kind"),
                                       in_words(words, conflict, "since")};
        if (array_at(conflict, "fields").empty()) {
            first.resize(columns.size());
            rows.push_back(std::exchange(first, {}));
        }
        for (const JsonValue& field : array_at(conflict, "fields")) {
            const std::string name = text_at(field, "field");
            first.push_back(field_label(words, name));
            first.push_back(member_in_words(words, name, value_at(field, "mine")));
            first.push_back(member_in_words(words, name, value_at(field, "theirs")));
            rows.push_back(std::exchange(first, std::vector<std::string>(3)));
        }
    }
    print_table_or_rows(command.console, columns, rows);
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

void add_peer_commands(CLI::App& app, const Words& words, std::function<void(Run run)> chosen) {
    // The parser keeps the callbacks, and they keep what it writes to.
    const auto given = std::make_shared<PeerOptions>();
    const auto command = [&](const char* name, std::string_view help, Run run) {
        CLI::App* const sub = app.add_subcommand(name, words(help));
        sub->callback([chosen, run = std::move(run)] { chosen(run); });
        return sub;
    };
    const auto on_entry = [&](CLI::App* sub) {
        sub->add_option("name", given->name, words("help.entry"))
            ->required()
            ->check(is_entry_name());
    };
    CLI::App* const conflicts = command("conflicts", "help.conflicts", [given](const Command& c) {
        return run_conflicts(c, given->conflicts);
    });
    CLI::Option* const drop = conflicts->add_flag("--drop-foreign", given->conflicts.drop_foreign,
                                                  words("help.conflicts_drop_foreign"));
    conflicts
        ->add_flag("--of-entries", given->conflicts.of_entries, words("help.conflicts_of_entries"))
        ->needs(drop);
    conflicts->add_flag("--yes", given->conflicts.agreed, words("help.conflicts_yes"))->needs(drop);
    CLI::App* const resolve = command("resolve", "help.resolve", [given](const Command& c) {
        return run_resolve(c, given->name, given->resolve);
    });
    on_entry(resolve);
    resolve->add_option("--field", given->resolve.fields, words("help.resolve_field"))
        ->allow_extra_args(false);
    resolve->add_flag("--from-stdin", given->resolve.from_stdin, words("help.resolve_from_stdin"));
    take_one_of(resolve->add_option("--keep", given->resolve.keep, words("help.resolve_keep")),
                {"mine", "theirs"});
    resolve->add_option("--reason", given->resolve.reason, words("help.resolve_reason"));
    resolve->add_flag("--yes", given->resolve.agreed, words("help.agreed"));
    CLI::App* const quarantine = command(
        "quarantine", "help.quarantine",
        [given](const Command& c) { return run_quarantine(c, given->first, given->limit); });
    quarantine->add_option("--first", given->first, words("help.quarantine_first"))
        ->check(is_position());
    quarantine->add_option("--limit", given->limit, words("help.list_limit"))
        ->check(is_number(1, kPageEntriesMax));
    on_entry(command("retry", "help.retry",
                     [given](const Command& c) { return run_retry(c, given->name); }));
    command("pair", "help.pair", run_pair);
}

namespace {

int confirm_dropping(const Command& command, const ConflictsOptions& options) {
    if (options.agreed) return done;
    if (!command.console.ask)
        return refuse_here(command, platform::Message{"cli.drop_no_terminal"});
    const std::optional<std::string> typed = command.console.ask(
        command.words(options.of_entries ? "cli.drop_all_question" : "cli.drop_question"));
    if (typed && *typed == "drop") return done;
    return refuse_here(command, platform::Message{"cli.drop_not_typed"});
}

int drop_foreign(const Command& command, const ConflictsOptions& options) {
    if (const int refusal = confirm_dropping(command, options); refusal != done) return refusal;
    const DaemonRequest request{
        .method = "POST",
        .path = "/api/v1/foreign/drop",
        .content_type = "application/json",
        .body = platform::to_json(JsonObject{{"of_entries", options.of_entries}})};
    return ask(command, request, [&](const JsonValue& answer) {
        say(command.console, command.words("cli.dropped", {{"count", value_at(answer, "documents")},
                                                           {"bytes", value_at(answer, "bytes")}}));
    });
}

}  // namespace

int run_conflicts(const Command& command, const ConflictsOptions& options) {
    if (options.drop_foreign) return drop_foreign(command, options);
    return ask(command, {.path = "/api/v1/conflicts"}, [&](const JsonValue& answer) {
        if (array_at(answer, "conflicts").empty()) {
            say(command.console, command.words("cli.no_conflict"));
            return;
        }
        print_conflicts(command, answer);
        say_beside(command.console, command.words("cli.how_to_resolve"));
    });
}

int run_resolve(const Command& command, const std::string& name, const ResolveOptions& options) {
    JsonObject choices;
    if (options.from_stdin)
        if (const int failed = read_stdin_object(command, choices); failed != done) return failed;
    for (const std::string& field : options.fields)
        if (!add_choice(choices, field))
            return usage_problem(command, platform::Message{"cli.choice_form"});
    if (choices.empty() && options.keep.empty())
        return usage_problem(command, platform::Message{"cli.nothing_decided"});
    EntryAct act{.name = name,
                 .what = "resolve",
                 .body = {{"choices", std::move(choices)}},
                 .agreed = options.agreed};
    if (!options.keep.empty()) act.body.push_back({"keep", options.keep});
    if (!options.reason.empty()) act.body.push_back({"reason", options.reason});
    return ask_agreed(command, act, [&](const JsonValue& entry) {
        say(command.console,
            command.words("cli.resolved", {{"entry", name},
                                           {"version", value_at(entry, "versions")},
                                           {"state", in_words(command.words, entry, "delivery")}}));
        print_warnings(command, array_at(entry, "warnings"));
    });
}

int run_quarantine(const Command& command, std::uint64_t first, std::uint64_t limit) {
    const DaemonRequest request{.path = "/api/v1/quarantine?first=" + std::to_string(first) +
                                        "&limit=" + std::to_string(limit)};
    return ask(command, request, [&](const JsonValue& answer) {
        const Words& words = command.words;
        if (array_at(answer, "entries").empty()) {
            say(command.console, words("cli.no_quarantine"));
            return;
        }
        std::vector<std::vector<std::string>> rows;
        for (const JsonValue& entry : array_at(answer, "entries"))
            rows.push_back({entry_label(entry), in_words(words, entry, "application_date"),
                            text_at(entry, "attempts"), in_words(words, entry, "tried_at"),
                            said(words, entry, "delivery_reason")});
        print_table_or_rows(command.console,
                            {{words("table.entry")},
                             {words("table.date")},
                             {words("table.attempts"), Align::right},
                             {words("table.last")},
                             {words("table.reason"), Align::left, 2 * kTextWidth}},
                            rows);
        say_beside(command.console, words("cli.quarantine_next"));
        const std::string next = text_at(answer, "next");
        if (!next.empty())
            say_beside(command.console,
                       words("cli.more", {{"command", "tizilim quarantine --first " + next}}));
    });
}

int run_retry(const Command& command, const std::string& name) {
    const DaemonRequest request{.method = "POST", .path = entry_path(name) + "/retry"};
    return ask(command, request, [&](const JsonValue& entry) {
        say(command.console,
            command.words("cli.retried", {{"entry", name},
                                          {"state", in_words(command.words, entry, "delivery")}}));
    });
}

int run_pair(const Command& command) {
    return ask(command, {.method = "POST", .path = "/api/v1/pair"}, [&](const JsonValue& answer) {
        say(command.console,
            '\n' + command.words("cli.pairing_code", {{"code", text_at(answer, "code")}}));
    });
}

}  // namespace tizilim::agent
