#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/config/config.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

void set_member(platform::JsonObject& object, platform::JsonMember member) {
    const auto same = [&](const platform::JsonMember& other) { return other.name == member.name; };
    std::erase_if(object, same);
    object.push_back(std::move(member));
}

using platform::JsonObject;
using platform::JsonValue;

std::string today(const Configuration& configuration) {
    const platform::SystemClock clock;
    return platform::format_date(
        platform::civil_day(clock.wall_now(), configuration.registry.utc_offset));
}

std::string signature_status(const Words& words, const JsonValue& entry) {
    return in_words(words, value_at(entry, "signature"), "status");
}

/// A table has room for what differs in the official words.
std::string form_in_table(const Words& words, const JsonValue& entry) {
    return word_of(words, "form.", text_at(entry, "form"));
}

/// Rows as they come: the search goes through the whole register.
int search(const Command& command, const std::string& text) {
    std::ostream& out = command.console.out;
    const Words& words = command.words;
    TableStream table(out, {{words("table.number"), Align::right, 7},
                            {words("table.book"), Align::left, 10},
                            {words("table.date"), Align::left, 10},
                            {words("table.basis"), Align::left, 36},
                            {words("table.form"), Align::left, 30},
                            {words("table.minutes"), Align::right, 5},
                            {words("table.delivery"), Align::left, 16},
                            {words("table.essence"), Align::left, 60}});
    JsonValue result;
    const DaemonRequest request{.path = "/api/v1/search?text=" + url_part(text)};
    const int code = follow(command, request, result, [&](const JsonValue& line) {
        const JsonValue* const entry = line.find("entry");
        if (entry == nullptr) return;
        if (command.json) {
            // At once: a search of a large register takes a while.
            out << platform::to_json(*entry) << '\n' << std::flush;
            return;
        }
        table.row({text_at(*entry, "number"), text_at(*entry, "book"),
                   in_words(words, *entry, "application_date"),
                   in_words(words, *entry, "basis_type"), form_in_table(words, *entry),
                   text_at(*entry, "minutes"), in_words(words, *entry, "delivery"),
                   text_at(*entry, "essence")});
    });
    if (code == done)
        command.console.err << words("cli.found", {{"count", value_at(result, "found")}}) << '\n';
    return code;
}

struct Filter {
    const char* name;
    std::string ListOptions::* value;
};
constexpr auto kFilters = std::to_array<Filter>(
    {{"month", &ListOptions::month}, {"state", &ListOptions::state}, {"book", &ListOptions::book}});

std::string filter_query(const ListOptions& options) {
    std::string query;
    for (const Filter& filter : kFilters)
        if (const std::string& value = options.*filter.value; !value.empty())
            query += std::string("&") + filter.name + "=" + url_part(value);
    return options.pulled ? query + "&pulled=1" : query;
}

std::string filter_flags(const ListOptions& options) {
    std::string flags;
    for (const Filter& filter : kFilters)
        if (const std::string& value = options.*filter.value; !value.empty())
            flags += std::string(" --") + filter.name + " " + shown(value, kWidthMax);
    return options.pulled ? flags + " --pulled" : flags;
}

std::vector<Column> columns_of_list(const Words& words, bool pulled) {
    return {pulled ? Column{words("table.id")} : Column{words("table.number"), Align::right},
            {words("table.date")},
            {words("table.basis")},
            {words("table.form")},
            {words("table.minutes"), Align::right},
            {words("table.class")},
            {words("table.delivery")},
            {words("table.state")},
            {words("table.signature")},
            {words("table.essence")}};
}

/// In any of the languages.
bool is_yes(std::string_view typed) {
    constexpr auto kYes = std::to_array<std::string_view>(
        {"y", "Y", "yes", "и", "И", "иә", "Иә", "ия", "Ия", "д", "Д", "да", "Да"});
    return std::ranges::find(kYes, typed) != kYes.end();
}

}  // namespace

int add_given_fields(const Command& command, const AddOptions& options,
                     platform::JsonObject& fields) {
    JsonObject typed;
    if (options.from_stdin)
        if (const int failed = read_stdin_object(command, typed); failed != done) return failed;
    for (const platform::JsonMember& member : typed) set_member(fields, member);
    for (const platform::JsonMember& member : options.fields) set_member(fields, member);
    return done;
}

int run_add(const Command& asked, const AddOptions& options) {
    Command command = asked;
    command.names_flags = !options.from_stdin;
    JsonObject fields{{"application_date", today(command.configuration)}};
    if (const int failed = add_given_fields(command, options, fields); failed != done)
        return failed;
    const std::string recording = "/api/v1/entries";
    DaemonRequest request{
        .method = "POST",
        .path = options.dry_run ? "/api/v1/preview" : recording + (options.again ? "" : "?once=1"),
        .content_type = "application/json",
        .body = platform::to_json(fields)};
    const auto print = [&](const JsonValue& answer) {
        if (options.dry_run) return print_would_leave(command, answer);
        command.console.out << command.words(
                                   "cli.recorded",
                                   {{"number", value_at(answer, "number")},
                                    {"state", in_words(command.words, answer, "delivery")},
                                    {"id", text_at(answer, "id")}})
                            << '\n';
        print_warnings(command, array_at(answer, "warnings"));
    };
    const bool can_ask = !options.again && !options.from_stdin && command.console.ask_secret;
    if (!can_ask) return ask(command, request, print);
    const DaemonReply first = DaemonClient(command.configuration).ask(request);
    const JsonValue answer = read_reply(first.body);
    if (text_at(answer, "error") != "repeated") return conclude(command, first, print);
    complain(command, said(command.words, answer));
    command.console.err << command.words("cli.record_again") << ' ' << std::flush;
    std::string typed;
    std::getline(command.console.in, typed);
    if (!is_yes(typed)) return refused;
    request.path = recording;
    return ask(command, request, print);
}

int run_list(const Command& command, const ListOptions& options) {
    if (!options.search.empty()) return search(command, options.search);
    const std::string filters = filter_query(options);
    const DaemonRequest request{.path = "/api/v1/entries?first=" + std::to_string(options.first) +
                                        "&limit=" + std::to_string(options.limit) + filters};
    return ask(command, request, [&](const JsonValue& answer) {
        // Entries of another PC have no number here.
        const char* const name = options.pulled ? "id" : "number";
        const Words& words = command.words;
        std::vector<std::vector<std::string>> rows;
        for (const JsonValue& entry : array_at(answer, "entries"))
            rows.push_back({text_at(entry, name), in_words(words, entry, "application_date"),
                            in_words(words, entry, "basis_type"), form_in_table(words, entry),
                            text_at(entry, "minutes"), in_words(words, entry, "disclosure"),
                            in_words(words, entry, "delivery"), in_words(words, entry, "state"),
                            signature_status(words, entry), text_at(entry, "essence")});
        print_table(command.console.out, columns_of_list(words, options.pulled), rows);
        const std::string next = text_at(answer, "next");
        if (!next.empty())
            command.console.err << words("cli.more", {{"command", "tizilim list --first " + next +
                                                                      filter_flags(options)}})
                                << '\n';
    });
}

}  // namespace tizilim::agent
