#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/config/config.h"
#include "agent/documents/text_table.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"

#include <array>
#include <cstddef>
#include <ostream>
#include <string>
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

void print_would_leave(std::ostream& out, const JsonValue& answer) {
    const JsonValue* const document = answer.find("would_leave");
    if (document == nullptr || document->object() == nullptr) {
        out << "Nothing would leave: the entry stays on this computer.\n";
        return;
    }
    out << "What would leave:\n";
    // The signature is a block of base64: enough of it to see that it goes along.
    constexpr std::size_t kSignatureWidth = 100;
    for (const platform::JsonMember& member : *document->object())
        out << "  " << member.name << ": "
            << shown(platform::to_json(member.value),
                     member.name == "eds" ? kSignatureWidth : kWidthMax)
            << '\n';
}

std::string today(const Configuration& configuration) {
    const platform::SystemClock clock;
    return platform::format_date(
        platform::civil_day(clock.wall_now(), configuration.registry.utc_offset));
}

std::string signature_status(const JsonValue& entry) {
    const JsonValue* const signature = entry.find("signature");
    return signature == nullptr ? "" : text_at(*signature, "status");
}

void print_signature(std::ostream& out, const JsonValue& signature) {
    if (signature.object() == nullptr) return;
    print_line(out, "signature", text_at(signature, "status"));
    print_line(out, "signed by", text_at(signature, "signer"));
    print_line(out, "signer's IIN", text_at(signature, "iin"));
    print_line(out, "signed at", text_at(signature, "signed_at"));
    print_line(out, "certificate", text_at(signature, "serial"));
    print_line(out, "issued by",
               text_at(signature, "issuer") +
                   (true_at(signature, "issuer_checked") ? "" : " (not checked)"));
    print_line(out, "valid",
               text_at(signature, "valid_from") + " to " + text_at(signature, "valid_to"));
}

/// "minutes: 90 → 120" for each change; one empty text when there is none.
std::vector<std::string> changes_of(const JsonValue& version) {
    std::vector<std::string> changes;
    for (const JsonValue& change : array_at(version, "changes"))
        changes.push_back(text_at(change, "field") + ": " + text_at(change, "before") + " → " +
                          text_at(change, "after"));
    if (const std::string status = signature_status(version); !status.empty())
        changes.push_back("signature: " + status);
    if (const std::string warning = text_at(version, "clock_warning"); !warning.empty())
        changes.push_back("clock: " + warning);
    if (const std::string time = text_at(version, "brought_over"); !time.empty())
        changes.push_back("brought over from an earlier register: " + time);
    if (changes.empty()) changes.emplace_back();
    return changes;
}

/// A row a change; who, when and why stand in the first one of a version.
void print_history(std::ostream& out, const JsonValue& answer) {
    constexpr std::size_t kReasonWidth = 60;
    constexpr std::size_t kChangeWidth = 120;
    const std::vector<Column> columns{{"Version", Align::right},
                                      {"When"},
                                      {"Who"},
                                      {"Act"},
                                      {"Reason", Align::left, kReasonWidth},
                                      {"Changes", Align::left, kChangeWidth}};
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& version : array_at(answer, "versions")) {
        std::vector<std::string> first{text_at(version, "version"), text_at(version, "at"),
                                       text_at(version, "by"), text_at(version, "act"),
                                       text_at(version, "reason")};
        for (std::string& change : changes_of(version)) {
            first.push_back(std::move(change));
            rows.push_back(std::exchange(first, std::vector<std::string>(columns.size() - 1)));
        }
    }
    print_table(out, columns, rows);
}

/// Rows as they come: the search goes through the whole register.
int search(const Command& command, const std::string& text) {
    std::ostream& out = command.console.out;
    TableStream table(out, {{"No", Align::right, 7},
                            {"Book", Align::left, 10},
                            {"Date", Align::left, 10},
                            {"Basis", Align::left, 20},
                            {"Form", Align::left, 20},
                            {"Min", Align::right, 5},
                            {"Delivery", Align::left, 11},
                            {"Essence", Align::left, 60}});
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
                   text_at(*entry, "application_date"), text_at(*entry, "basis_type"),
                   text_at(*entry, "form"), text_at(*entry, "minutes"), text_at(*entry, "delivery"),
                   text_at(*entry, "essence")});
    });
    if (code == done) command.console.err << text_at(result, "found") << " found\n";
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

}  // namespace

int add_given_fields(const Command& command, const AddOptions& options,
                     platform::JsonObject& fields) {
    if (options.from_stdin) {
        const auto read = platform::read_json(read_stdin(command.console.in));
        if (!read)
            return usage_problem(command, "standard input: " + platform::in_english(read.error()));
        if (read->object() == nullptr)
            return usage_problem(command, "standard input: a JSON object is asked for");
        for (const platform::JsonMember& member : *read->object()) set_member(fields, member);
    }
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
        if (options.dry_run) return print_would_leave(command.console.out, answer);
        command.console.out << "Recorded as number " << text_at(answer, "number") << " ("
                            << text_at(answer, "delivery") << "), id " << text_at(answer, "id")
                            << '\n';
        print_problems(command.console.err, array_at(answer, "warnings"),
                       "warning: ", command.names_flags);
    };
    const bool can_ask = !options.again && !options.from_stdin && command.console.ask_secret;
    if (!can_ask) return ask(command, request, print);
    const DaemonReply first = DaemonClient(command.configuration).ask(request);
    const JsonValue answer = read_reply(first.body);
    if (text_at(answer, "error") != "repeated") return conclude(command, first, print);
    command.console.err << "tizilim: " << shown(text_at(answer, "message"), kWidthMax)
                        << "\nRecord it once more all the same? [y/N] " << std::flush;
    std::string typed;
    std::getline(command.console.in, typed);
    if (typed != "y" && typed != "Y" && typed != "yes") return refused;
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
        const std::vector<Column> columns{
            options.pulled ? Column{"Id"} : Column{"No", Align::right},
            {"Date"},
            {"Basis"},
            {"Form"},
            {"Min", Align::right},
            {"Class"},
            {"Delivery"},
            {"State"},
            {"Signature"},
            {"Essence"}};
        std::vector<std::vector<std::string>> rows;
        for (const JsonValue& entry : array_at(answer, "entries"))
            rows.push_back({text_at(entry, name), text_at(entry, "application_date"),
                            text_at(entry, "basis_type"), text_at(entry, "form"),
                            text_at(entry, "minutes"), text_at(entry, "disclosure"),
                            text_at(entry, "delivery"), text_at(entry, "state"),
                            signature_status(entry), text_at(entry, "essence")});
        print_table(command.console.out, columns, rows);
        const std::string next = text_at(answer, "next");
        if (!next.empty())
            command.console.err << "There may be more: tizilim list --first " << next
                                << filter_flags(options) << '\n';
    });
}

int run_show(const Command& command, const std::string& name, bool history) {
    if (history)
        return ask(command, {.path = entry_path(name) + "/history"},
                   [&](const JsonValue& answer) { print_history(command.console.out, answer); });
    return ask(command, {.path = entry_path(name)}, [&](const JsonValue& answer) {
        for (const platform::JsonMember& member : *answer.object()) {
            if (member.name == "signature") {
                print_signature(command.console.out, member.value);
            } else if (member.name != "would_leave") {
                print_line(command.console.out, member.name, text_at(answer, member.name));
            }
        }
        print_would_leave(command.console.out, answer);
    });
}

}  // namespace tizilim::agent
