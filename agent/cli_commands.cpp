#include "agent/cli_commands.h"

#include "agent/cli.h"
#include "agent/cli_output.h"
#include "agent/config.h"
#include "agent/daemon_client.h"
#include "agent/routes.h"
#include "platform/civil_time.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/json.h"
#include "sync/json_reader.h"

#include <Poco/URI.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

constexpr std::size_t kWidthMax = 100'000;
constexpr std::size_t kNameColumn = 18;

std::string text_at(const JsonValue& json, std::string_view name) {
    const JsonValue* const value = json.find(name);
    if (value == nullptr || std::holds_alternative<std::nullptr_t>(value->value)) return "";
    if (const std::string* const text = value->string()) return *text;
    return platform::to_json(*value);
}

const platform::JsonArray& array_at(const JsonValue& json, std::string_view name) {
    static const platform::JsonArray none;
    const JsonValue* const value = json.find(name);
    return value == nullptr || value->array() == nullptr ? none : *value->array();
}

/// What the daemon said. Ours, but not trusted to be JSON: another program may have the port.
JsonValue read_reply(const std::string& body) {
    auto json = sync::read_json(body);
    if (!json)
        throw Unreachable(
            "what answers at the local port is no tizilimd: another program may have "
            "its port");
    return *std::move(json);
}

/// "line 12, minutes: a whole number is asked for"
void print_problems(std::ostream& err, const platform::JsonArray& problems, std::string_view kind) {
    for (const JsonValue& problem : problems) {
        const std::string line = text_at(problem, "line");
        err << kind;
        if (!line.empty()) err << "line " << line << ", ";
        err << shown(text_at(problem, "field"), kWidthMax) << ": "
            << shown(text_at(problem, "message"), kWidthMax) << '\n';
    }
}

/// An answer that is no success: message and fields to `err`, the JSON to `out` when asked for.
int refuse(const Command& command, const JsonValue& answer) {
    if (command.json) command.console.out << platform::to_json(answer) << '\n';
    command.console.err << "tizilim: " << shown(text_at(answer, "message"), kWidthMax) << '\n';
    print_problems(command.console.err, array_at(answer, "errors"), "  ");
    return refused;
}

bool is_success(int status) {
    return status >= 200 && status < 300;
}

/// Asks, and hands a success to `print`, unless JSON is to be printed as it is.
template <class Print>
int ask(const Command& command, const DaemonRequest& request, const Print& print) {
    const DaemonReply reply = DaemonClient(command.configuration).ask(request);
    const JsonValue answer = read_reply(reply.body);
    if (!is_success(reply.status)) return refuse(command, answer);
    if (command.json) {
        command.console.out << reply.body;
    } else {
        print(answer);
    }
    return done;
}

/// The last line of a streamed answer, the ones before having moved the bar.
int follow(const Command& command, const DaemonRequest& request, JsonValue& result) {
    ProgressBar bar(command.console.err, command.console.progress);
    JsonValue last;
    const auto reply =
        DaemonClient(command.configuration).stream(request, [&](std::string_view line) {
            last = read_reply(std::string(line));
            const JsonValue* const finished = last.find("done");
            const JsonValue* const total = last.find("total");
            if (finished != nullptr && total != nullptr && finished->integer() != nullptr &&
                total->integer() != nullptr)
                bar.show(static_cast<std::uint64_t>(*finished->integer()),
                         static_cast<std::uint64_t>(*total->integer()));
        });
    if (!is_success(reply.status)) return refuse(command, read_reply(reply.body));
    if (last.find("error") != nullptr) return refuse(command, last);
    if (last.find("result") == nullptr)
        throw Unreachable(
            "tizilimd ended before it was done: what it had begun was undone; start "
            "it and try again");
    result = *last.find("result");
    return done;
}

void print_line(std::ostream& out, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    std::string label(name);
    std::replace(label.begin(), label.end(), '_', ' ');
    out << label << std::string(kNameColumn - std::min(kNameColumn - 1, label.size()), ' ')
        << shown(text, kWidthMax) << '\n';
}

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

std::string read_stdin(std::istream& in) {
    std::string text(kImportBytesMax + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
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

int usage_problem(const Command& command, const std::string& message) {
    command.console.err << "tizilim: " << message << '\n';
    return usage;
}

void print_counts(std::ostream& out, const JsonValue& status) {
    const JsonValue* const entries = status.find("entries");
    if (entries == nullptr || entries->object() == nullptr) return;
    std::string counts;
    for (const platform::JsonMember& member : *entries->object()) {
        if (!counts.empty()) counts += ", ";
        counts += platform::to_json(member.value) + ' ' + member.name;
    }
    print_line(out, "entries", counts);
}

void print_status(std::ostream& out, const JsonValue& status) {
    print_line(out, "state", text_at(status, "state"));
    print_line(out, "reason", text_at(status, "reason"));
    print_counts(out, status);
    if (text_at(status, "balanceError") != "0")
        print_line(out, "balance error",
                   text_at(status, "balanceError") + ": run `tizilim verify`");
    print_line(out, "last verified", text_at(status, "lastVerifiedAt"));
    if (const JsonValue* const next = status.find("next"))
        print_line(out, "next", text_at(*next, "at"));
    if (const JsonValue* const link = status.find("link"))
        print_line(out, "link",
                   text_at(*link, "requests") + " requests, " + text_at(*link, "bytesUp") +
                       " B up, " + text_at(*link, "bytesDown") + " B down");
    if (const JsonValue* const agent = status.find("agent")) {
        print_line(out, "book", text_at(*agent, "book"));
        print_line(
            out, "tizilimd",
            text_at(*agent, "version") + ", up for " + text_at(*agent, "uptimeSeconds") + " s");
    }
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
    std::string path;
    Poco::URI::encode(name, "/?#", path);
    return ask(command, {.path = "/api/v1/entries/" + path}, [&](const JsonValue& answer) {
        for (const platform::JsonMember& member : *answer.object())
            if (member.name != "would_leave")
                print_line(command.console.out, member.name, text_at(answer, member.name));
        print_would_leave(command.console.out, answer);
    });
}

int run_classify(const Command& command, const std::string& name, const std::string& disclosure,
                 const std::string& reason) {
    std::string path;
    Poco::URI::encode(name, "/?#", path);
    const DaemonRequest request{
        .method = "POST",
        .path = "/api/v1/entries/" + path + "/classify",
        .content_type = "application/json",
        .body = platform::to_json(JsonObject{{"disclosure", disclosure}, {"reason", reason}})};
    return ask(command, request, [&](const JsonValue& answer) {
        command.console.out << "Entry " << name << " is " << text_at(answer, "disclosure") << ", "
                            << text_at(answer, "delivery") << '\n';
        const JsonValue* const left = answer.find("earlier_version_left");
        if (left == nullptr || left->boolean() == nullptr || !*left->boolean()) return;
        command.console.err << "warning: an earlier version has left, or was being sent: it may be "
                               "readable at the unified system\n";
    });
}

int run_import(const Command& command, const std::string& file) {
    DaemonRequest request{
        .method = "POST", .path = "/api/v1/import", .content_type = "text/csv", .body = {}};
    request.body =
        file == "-" ? read_stdin(command.console.in) : platform::read_file(file, kImportBytesMax);
    if (request.body.size() > kImportBytesMax)
        return usage_problem(command, "standard input is larger than 16 MiB: import in parts");
    JsonValue report;
    if (const int failed = follow(command, request, report); failed != done) return failed;
    if (command.json) command.console.out << platform::to_json(report) << '\n';
    print_problems(command.console.err, array_at(report, "warnings"), "warning: ");
    const auto& errors = array_at(report, "errors");
    if (!errors.empty()) {
        command.console.err << "tizilim: nothing was imported: correct the file\n";
        print_problems(command.console.err, errors, "  ");
        return refused;
    }
    if (!command.json)
        command.console.out << text_at(report, "recorded") << " recorded, "
                            << text_at(report, "already_there") << " were there already\n";
    return done;
}

int run_status(const Command& command) {
    return ask(command, {.path = "/status"},
               [&](const JsonValue& answer) { print_status(command.console.out, answer); });
}

int run_delivery(const Command& command, const std::string& what) {
    const DaemonRequest request{.method = "POST", .path = "/api/v1/" + what};
    return ask(command, request,
               [&](const JsonValue& answer) { print_status(command.console.out, answer); });
}

int run_verify(const Command& command) {
    JsonValue report;
    const DaemonRequest request{.method = "POST", .path = "/api/v1/verify"};
    if (const int failed = follow(command, request, report); failed != done) return failed;
    return print_verification(command, report);
}

int run_version(const Command& command) {
    if (command.json) {
        command.console.out << platform::to_json(JsonObject{{"version", TIZILIM_VERSION}}) << '\n';
    } else {
        command.console.out << "tizilim " TIZILIM_VERSION "\n";
    }
    return done;
}

int print_verification(const Command& command, const JsonValue& report) {
    const bool good = text_at(report, "good") == "true";
    if (command.json) {
        command.console.out << platform::to_json(report) << '\n';
    } else if (good) {
        command.console.out << "The register is sound: " << text_at(report, "entries")
                            << " entries, " << text_at(report, "journal_records")
                            << " journal records\nHead of the chain "
                            << text_at(report, "chain_head") << '\n';
    }
    if (good) return done;
    command.console.err << "tizilim: the register is damaged, first at: "
                        << shown(text_at(report, "first_bad"), kWidthMax)
                        << "\nKeep the folder as it is and restore a backup elsewhere.\n";
    return refused;
}

}  // namespace tizilim::agent
