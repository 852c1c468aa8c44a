#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/import_history.h"
#include "agent/documents/import_jsonl.h"
#include "platform/files/file_stream.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ios>
#include <istream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;

constexpr std::string_view kNdjson = "application/x-ndjson";
/// Entries that come back with their versions are known by their ids, so a large file of them goes
/// in parts of whole lines, each a transaction of its own.
constexpr std::size_t kPartBytes = kLineBytesMax;

/// Fills the span, or as much of it as there still is.
using Take = std::function<std::size_t(std::span<char>)>;

Take source_of(const Command& command, const std::string& file) {
    if (file == "-")
        return [&in = command.console.in](std::span<char> part) {
            in.read(part.data(), static_cast<std::streamsize>(part.size()));
            return static_cast<std::size_t>(in.gcount());
        };
    return [reader = std::make_shared<platform::FileReader>(file)](std::span<char> part) {
        return reader->read(part);
    };
}

/// An object begins with a brace; no header row does.
bool is_json_lines(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{';
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// By its first line.
bool brings_histories(std::string_view text) {
    if (!is_json_lines(text)) return false;
    text.remove_prefix(text.find('{'));
    const auto first = platform::read_json(text.substr(0, text.find('\n')));
    return first && is_brought(*first);
}

/// What became of all parts so far.
struct Outcome {
    std::uint64_t recorded = 0;
    std::uint64_t already_there = 0;
    std::uint64_t lines = 0;  ///< of the parts before this one
    JsonArray errors;
    JsonArray warnings;
};

void add_problems(JsonArray& to, const JsonValue& report, std::string_view name,
                  std::uint64_t lines_before) {
    for (const JsonValue& problem : array_at(report, name)) {
        JsonObject moved = *problem.object();
        for (platform::JsonMember& member : moved)
            if (member.name == "line" && member.value.integer() != nullptr)
                member.value = *member.value.integer() + static_cast<std::int64_t>(lines_before);
        to.emplace_back(std::move(moved));
    }
}

std::uint64_t count_at(const JsonValue& report, std::string_view name) {
    const JsonValue* const count = report.find(name);
    return count == nullptr || count->integer() == nullptr
               ? 0
               : static_cast<std::uint64_t>(*count->integer());
}

DaemonRequest request_of(const ImportWish& wish, std::string text, bool in_parts) {
    std::string path = "/api/v1/import?brought_over=" + std::string(in_parts ? "1" : "0");
    if (wish.keep_going) path += "&keep_going=1";
    if (!wish.again) path += "&once=1";
    if (!wish.sheet.empty()) path += "&sheet=" + url_part(wish.sheet);
    DaemonRequest request{.method = "POST", .path = std::move(path)};
    request.content_type = in_parts || is_json_lines(text) ? kNdjson
                           : platform::is_document(text)   ? kXlsx
                                                           : "text/csv";
    request.body = std::move(text);
    return request;
}

/// An ExitCode.
int send(const Command& command, DaemonRequest request, Outcome& outcome) {
    const auto lines =
        static_cast<std::uint64_t>(std::count(request.body.begin(), request.body.end(), '\n'));
    JsonValue report;
    if (const int failed = follow(command, request, report); failed != done) {
        if (outcome.lines > 0)
            say_beside(command.console,
                       command.words("cli.import_up_to", {{"line", outcome.lines}}));
        return failed;
    }
    outcome.recorded += count_at(report, "recorded");
    outcome.already_there += count_at(report, "already_there");
    add_problems(outcome.errors, report, "errors", outcome.lines);
    add_problems(outcome.warnings, report, "warnings", outcome.lines);
    outcome.lines += lines;
    return done;
}

int print_outcome(const Command& command, const Outcome& outcome) {
    if (command.json) {
        print_json(command, JsonObject{{"recorded", outcome.recorded},
                                       {"already_there", outcome.already_there},
                                       {"errors", outcome.errors},
                                       {"warnings", outcome.warnings}});
    } else {
        say(command.console,
            command.words("cli.imported", {{"recorded", outcome.recorded},
                                           {"already_there", outcome.already_there}}));
    }
    print_warnings(command, outcome.warnings);
    if (outcome.errors.empty()) return done;
    complain(command, command.words("cli.rows_refused"));
    print_problems(command, outcome.errors);
    return refused;
}

/// Whole lines, as many as fit into a part; empty at the end, and for a line that is too long.
class Parts {
public:
    Parts(Take take, std::string first) : take_(std::move(take)), held_(std::move(first)) {}

    [[nodiscard]] std::string next() {
        fill();
        if (ended_ && held_.size() <= kPartBytes) return std::exchange(held_, {});
        const std::size_t end = held_.rfind('\n', kPartBytes);
        if (end == std::string::npos) return {};
        std::string part = held_.substr(0, end + 1);
        held_.erase(0, end + 1);
        return part;
    }
    /// Something is left that is no part: a line of it is too long.
    [[nodiscard]] bool stuck() const { return !held_.empty(); }

private:
    void fill() {
        if (ended_ || held_.size() > kPartBytes) return;
        const std::size_t had = held_.size();
        held_.resize(had + kPartBytes + 1);
        const std::size_t got = take_(std::span(held_).subspan(had));
        held_.resize(had + got);
        ended_ = got < kPartBytes + 1;
    }

    const Take take_;
    std::string held_;
    bool ended_ = false;
};

int import_in_parts(const Command& command, const ImportWish& wish, Parts parts) {
    Outcome outcome;
    for (std::string part = parts.next(); !part.empty(); part = parts.next()) {
        if (is_blank(part)) {
            outcome.lines += static_cast<std::uint64_t>(std::count(part.begin(), part.end(), '\n'));
            continue;
        }
        if (const int failed = send(command, request_of(wish, std::move(part), true), outcome);
            failed != done)
            return failed;
    }
    if (!parts.stuck()) return print_outcome(command, outcome);
    return refuse_here(
        command,
        platform::Message{"cli.line_too_long", {{"line", outcome.lines + 1}, {"max", kPartBytes}}});
}

}  // namespace

int run_import(const Command& command, const ImportWish& wish) {
    const Take take = source_of(command, wish.file);
    std::string bytes(kImportBytesMax + 1, '\0');
    bytes.resize(take(bytes));
    const bool whole = bytes.size() <= kImportBytesMax;
    // Only a whole file can be told to be no text; the daemon says what it is instead.
    std::string text = whole ? platform::text_or_bytes(std::move(bytes)) : std::move(bytes);
    if (text.size() > kPartBytes && brings_histories(text))
        return import_in_parts(command, wish, Parts(take, std::move(text)));
    if (text.size() > kImportBytesMax)
        return usage_problem(command,
                             platform::Message{"cli.import_too_long", {{"max", kImportBytesMax}}});
    if (!wish.sheet.empty() && !platform::is_document(text))
        return usage_problem(command, platform::Message{"cli.sheet_of_no_workbook"});
    Outcome outcome;
    const int failed = send(command, request_of(wish, std::move(text), false), outcome);
    return failed == done ? print_outcome(command, outcome) : failed;
}

}  // namespace tizilim::agent
