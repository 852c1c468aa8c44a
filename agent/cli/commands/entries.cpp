#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"

#include <array>
#include <ostream>
#include <string>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

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

}  // namespace

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
