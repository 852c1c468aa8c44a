#include "agent/cli_commands.h"

#include "agent/cli.h"
#include "agent/cli_output.h"
#include "agent/cli_reply.h"
#include "agent/config.h"
#include "agent/daemon_client.h"
#include "platform/civil_time.h"
#include "platform/clock.h"
#include "platform/json.h"
#include "sync/json_reader.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

void print_would_leave(std::ostream& out, const JsonValue& answer) {
    const JsonValue* const document = answer.find("would_leave");
    if (document == nullptr || document->object() == nullptr) {
        out << "Nothing would leave: the entry stays on this computer.\n";
        return;
    }
    out << "What would leave:\n";
    for (const platform::JsonMember& member : *document->object())
        out << "  " << member.name << ": " << shown(platform::to_json(member.value), kWidthMax)
            << '\n';
}

std::string today(const Configuration& configuration) {
    const platform::SystemClock clock;
    return platform::format_date(
        platform::civil_day(clock.wall_now(), configuration.registry.utc_offset));
}

void set_member(JsonObject& object, platform::JsonMember member) {
    const auto same = [&](const platform::JsonMember& other) { return other.name == member.name; };
    std::erase_if(object, same);
    object.push_back(std::move(member));
}

}  // namespace

int run_add(const Command& command, AddOptions options) {
    JsonObject fields{{"application_date", today(command.configuration)}};
    if (options.from_stdin) {
        const auto read = sync::read_json(read_stdin(command.console.in));
        if (!read) return usage_problem(command, "standard input: " + read.error());
        if (read->object() == nullptr)
            return usage_problem(command, "standard input: a JSON object is asked for");
        for (const platform::JsonMember& member : *read->object()) set_member(fields, member);
    }
    for (platform::JsonMember& member : options.fields) set_member(fields, std::move(member));
    const DaemonRequest request{.method = "POST",
                                .path = options.dry_run ? "/api/v1/preview" : "/api/v1/entries",
                                .content_type = "application/json",
                                .body = platform::to_json(fields)};
    return ask(command, request, [&](const JsonValue& answer) {
        if (options.dry_run) return print_would_leave(command.console.out, answer);
        command.console.out << "Recorded as number " << text_at(answer, "number") << " ("
                            << text_at(answer, "delivery") << "), id " << text_at(answer, "id")
                            << '\n';
        print_problems(command.console.err, array_at(answer, "warnings"), "warning: ");
    });
}

int run_list(const Command& command, std::uint64_t first, std::uint64_t limit) {
    const DaemonRequest request{.path = "/api/v1/entries?first=" + std::to_string(first) +
                                        "&limit=" + std::to_string(limit)};
    return ask(command, request, [&](const JsonValue& answer) {
        const std::vector<Column> columns{
            {"No", Align::right},  {"Date"},  {"Basis"},    {"Form"},
            {"Min", Align::right}, {"Class"}, {"Delivery"}, {"Essence"}};
        std::vector<std::vector<std::string>> rows;
        for (const JsonValue& entry : array_at(answer, "entries"))
            rows.push_back({text_at(entry, "number"), text_at(entry, "application_date"),
                            text_at(entry, "basis_type"), text_at(entry, "form"),
                            text_at(entry, "minutes"), text_at(entry, "disclosure"),
                            text_at(entry, "delivery"), text_at(entry, "essence")});
        print_table(command.console.out, columns, rows);
        const std::string next = text_at(answer, "next");
        if (!next.empty())
            command.console.err << "There may be more: tizilim list --first " << next << '\n';
    });
}

int run_show(const Command& command, const std::string& name) {
    return ask(command, {.path = entry_path(name)}, [&](const JsonValue& answer) {
        for (const platform::JsonMember& member : *answer.object())
            if (member.name != "would_leave")
                print_line(command.console.out, member.name, text_at(answer, member.name));
        print_would_leave(command.console.out, answer);
    });
}

}  // namespace tizilim::agent
