#include "agent/cli/terminal/reply.h"

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/hints.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/documents/import_jsonl.h"
#include "agent/documents/text_table.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/text_input.h"

#include <Poco/URI.h>

#include <algorithm>
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
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

constexpr std::size_t kNameColumn = 18;

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

const platform::JsonArray& array_at(const JsonValue& json, std::string_view name) {
    static const platform::JsonArray none;
    const JsonValue* const value = json.find(name);
    return value == nullptr || value->array() == nullptr ? none : *value->array();
}

JsonValue read_reply(const std::string& body) {
    auto json = platform::read_json(body);
    if (!json)
        throw Unreachable("what answers at the control socket is no tizilimd of this version");
    return *std::move(json);
}

void print_problems(std::ostream& err, const platform::JsonArray& problems, std::string_view kind,
                    bool names_flags) {
    for (const JsonValue& problem : problems) {
        const std::string line = text_at(problem, "line");
        err << kind;
        if (!line.empty()) err << "line " << line << ", ";
        const std::string field = text_at(problem, "field");
        err << shown(names_flags ? flag_of(field) : field, kWidthMax) << ": "
            << shown(text_at(problem, "message"), kWidthMax) << '\n';
    }
}

int refuse(const Command& command, const JsonValue& answer) {
    if (command.json) command.console.out << platform::to_json(answer) << '\n';
    command.console.err << "tizilim: " << shown(text_at(answer, "message"), kWidthMax) << '\n';
    print_problems(command.console.err, array_at(answer, "errors"), "  ", command.names_flags);
    return refused;
}

int refuse_here(const Command& command, const std::string& message) {
    return refuse(command, platform::JsonObject{{"error", "refused"}, {"message", message}});
}

int usage_problem(const Command& command, const std::string& message) {
    if (command.json)
        command.console.out << platform::to_json(
                                   platform::JsonObject{{"error", "usage"}, {"message", message}})
                            << '\n';
    command.console.err << "tizilim: " << shown(message, kWidthMax) << '\n';
    return usage;
}

void expect_outside_register(const Command& command, const std::filesystem::path& file) {
    if (!platform::is_within(command.configuration.registry.directory, file)) return;
    throw platform::FileError("cannot write " + file.string() +
                                  ": that is in the register's own folder; name another place",
                              0);
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

std::string read_stdin(std::istream& in) {
    std::string text(kImportBytesMax + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return platform::text_or_bytes(std::move(text));
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
