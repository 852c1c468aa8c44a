#include "agent/cli/terminal/reply.h"

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/hints.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/field_json.h"
#include "agent/documents/import_jsonl.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"

#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ios>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

struct LineProgress {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};

/// Nothing when the line is another.
std::optional<LineProgress> progress_of(const JsonValue& line) {
    const JsonValue* const finished = line.find("done");
    const JsonValue* const total = line.find("total");
    if (finished == nullptr || total == nullptr || finished->integer() == nullptr ||
        total->integer() == nullptr)
        return {};
    return LineProgress{.done = static_cast<std::uint64_t>(*finished->integer()),
                        .total = static_cast<std::uint64_t>(*total->integer())};
}

/// "line 12, minutes: a whole number is asked for"
std::string problem_text(const Command& command, const JsonValue& problem) {
    const std::string field = text_at(problem, "field");
    const std::string flag = command.names_flags ? flag_of(field) : field;
    const JsonObject values{{"line", value_at(problem, "line")},
                            {"field", flag == field ? as_json(field_name(field)) : JsonValue(flag)},
                            {"why", said(command.words, problem)}};
    const bool has_line = !text_at(problem, "line").empty();
    if (field.empty()) return command.words(has_line ? "cli.at_line" : "cli.why", values);
    return command.words(has_line ? "cli.at_line_and_field" : "cli.at_field", values);
}

}  // namespace

std::string text_at(const JsonValue& json, std::string_view name) {
    const JsonValue* const value = json.find(name);
    if (value == nullptr || std::holds_alternative<std::nullptr_t>(value->value)) return "";
    if (const std::string* const text = value->string()) return *text;
    return platform::to_json(*value);
}

bool true_at(const JsonValue& json, std::string_view name) {
    const JsonValue* const value = json.find(name);
    return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

const JsonValue& value_at(const JsonValue& json, std::string_view name) {
    static const JsonValue none;
    const JsonValue* const value = json.find(name);
    return value == nullptr ? none : *value;
}

const platform::JsonArray& array_at(const JsonValue& json, std::string_view name) {
    static const platform::JsonArray none;
    const JsonValue* const value = json.find(name);
    return value == nullptr || value->array() == nullptr ? none : *value->array();
}

JsonValue read_reply(const std::string& body) {
    auto json = platform::read_json(body);
    if (!json) throw Unreachable(platform::Message{"cli.other_version"});
    return *std::move(json);
}

std::string said(const Words& words, const JsonValue& json, std::string_view name) {
    constexpr auto kBeside =
        std::to_array<std::string_view>({"message", "reason", "why", "failed"});
    const std::string text = text_at(json, name);
    if (std::ranges::find(kBeside, name) != kBeside.end()) {
        // The last two members may stand beside an empty text.
        const auto message = text.empty() ? std::nullopt : platform::message_of(json);
        return message ? words(*message) : text;
    }
    const auto message = platform::message_of(value_at(json, std::string(name) + "_message"));
    return message ? words(*message) : text;
}

void complain(const Command& command, const std::string& text) {
    say_beside(command.console, "tizilim: " + shown(text, kWidthMax));
}

void warn(const Command& command, const std::string& text) {
    say_beside(command.console, shown(command.words("cli.warning", {{"text", text}}), kWidthMax));
}

void print_error(const Console& console, const Words& words, bool json, const JsonObject& error,
                 const platform::Message& message) {
    if (json) {
        JsonObject told = error;
        told.push_back({"message", english(message)});
        console.out << platform::to_json(told) << '\n';
    }
    say_beside(console, "tizilim: " + shown(words(message), kWidthMax));
}

void print_json(const Command& command, const JsonValue& json) {
    command.console.out << platform::to_json(json) << '\n';
}

void print_problems(const Command& command, const platform::JsonArray& problems) {
    for (const JsonValue& problem : problems)
        say_beside(command.console, "  " + shown(problem_text(command, problem), kWidthMax));
}

void print_warnings(const Command& command, const platform::JsonArray& problems) {
    for (const JsonValue& problem : problems) warn(command, problem_text(command, problem));
}

/// A parameter of the API as the flag that was typed; nothing: the answer is about another thing.
std::optional<platform::Message> flag_problem(const JsonValue& answer) {
    auto message = platform::message_of(answer);
    if (message && message->code == "request.days_reversed")
        return platform::Message{"cli.from_after_to"};
    if (!message || message->code != "request.parameter") return {};
    for (platform::JsonMember& value : message->values)
        if (const std::string* const name = value.value.string(); value.name == "name" && name)
            value.value = "--" + *name;
    return message;
}

int refuse(const Command& command, const JsonValue& answer) {
    if (const auto problem = flag_problem(answer)) return usage_problem(command, *problem);
    if (command.json) print_json(command, answer);
    complain(command, said(command.words, answer));
    print_problems(command, array_at(answer, "errors"));
    return refused;
}

int refuse_here(const Command& command, const platform::Message& message) {
    print_error(command.console, command.words, command.json, {{"error", "refused"}}, message);
    return refused;
}

int usage_problem(const Command& command, const platform::Message& message) {
    print_error(command.console, command.words, command.json, {{"error", "usage"}}, message);
    return usage;
}

void expect_outside_register(const Command& command, const std::filesystem::path& file) {
    if (!platform::is_within(command.configuration.registry.directory, file)) return;
    throw platform::FileError(platform::Message{"cli.own_folder", {{"file", file.string()}}}, 0);
}

bool is_success(int status) {
    return status >= 200 && status < 300;
}

int ask(const Command& command, const DaemonRequest& request, const PrintAnswer& print) {
    return conclude(command, DaemonClient(command.configuration).ask(request), print);
}

int conclude(const Command& command, const DaemonReply& reply, const PrintAnswer& print) {
    const JsonValue answer = read_reply(reply.body);
    if (!is_success(reply.status)) return refuse(command, answer);
    if (command.json) {
        command.console.out << reply.body;
    } else {
        print(answer);
    }
    return done;
}

int follow(const Command& command, const DaemonRequest& request, JsonValue& result,
           const PrintAnswer& row) {
    ProgressBar bar(command.console);
    JsonValue last;
    const auto reply =
        DaemonClient(command.configuration).stream(request, [&](std::string_view line) {
            last = read_reply(std::string(line));
            if (const auto progress = progress_of(last))
                return bar.show(progress->done, progress->total);
            if (!row || last.find("error") != nullptr || last.find("result") != nullptr) return;
            bar.clear();
            row(last);
        });
    if (!is_success(reply.status)) return refuse(command, read_reply(reply.body));
    if (last.find("error") != nullptr) return refuse(command, last);
    if (last.find("result") == nullptr) throw Unreachable(platform::Message{"cli.ended_early"});
    result = *last.find("result");
    return done;
}

std::string read_stdin(std::istream& in) {
    std::string text(kImportBytesMax + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return platform::text_or_bytes(std::move(text));
}

int read_stdin_object(const Command& command, JsonObject& object) {
    const auto read = platform::read_json(read_stdin(command.console.in));
    if (!read)
        return usage_problem(
            command, platform::Message{"cli.stdin_no_json", {{"why", as_json(read.error())}}});
    if (read->object() == nullptr)
        return usage_problem(command, platform::Message{"cli.stdin_no_object"});
    object = *read->object();
    return done;
}

std::string url_part(const std::string& name) {
    std::string part;
    Poco::URI::encode(name, "/?#&=+", part);
    return part;
}

std::string entry_path(const std::string& name) {
    return "/api/v1/entries/" + url_part(name);
}

}  // namespace tizilim::agent
