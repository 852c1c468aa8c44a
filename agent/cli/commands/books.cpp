#include "agent/api/backup_json.h"
#include "agent/cli/commands/lists.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/cli/terminal/two_columns.h"
#include "agent/config/config.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

constexpr std::size_t kWideMax = 100;

std::string what_is_known(const Words& words, const JsonValue& backup) {
    const std::string why = said(words, backup, "problem");
    if (!why.empty()) return words("cli.backup_unreadable", {{"why", why}});
    const bool* const is_ours = value_at(backup, "of_this_register").boolean();
    if (is_ours == nullptr) return words("cli.backup_head_whole");
    return words(*is_ours ? "cli.backup_ours" : "cli.backup_not_ours");
}

void print_backups(const Command& command, const JsonValue& answer) {
    const Words& words = command.words;
    say(command.console, words("cli.backups_in", {{"count", array_at(answer, "backups").size()},
                                                  {"folder", text_at(answer, "directory")}}));
    std::vector<std::vector<std::string>> rows;
    for (const JsonValue& backup : array_at(answer, "backups"))
        rows.push_back({in_words(words, backup, "at"),
                        std::filesystem::path(text_at(backup, "file")).filename().string(),
                        what_is_known(words, backup)});
    if (!rows.empty())
        print_table_or_rows(command.console,
                            {{words("table.made")},
                             {words("table.file"), Align::left, kWideMax},
                             {words("table.what_is_known"), Align::left, kWidthMax}},
                            rows);
    if (const std::string more = text_at(answer, "left_out"); more != "0")
        say(command.console,
            words("cli.backups_left_out", {{"count", value_at(answer, "left_out")}}));
}

/// When the next is due, and what failed last.
void print_schedule(const Command& command, const JsonValue& schedule) {
    const Words& words = command.words;
    if (schedule.object() == nullptr) {
        say(command.console, words("cli.backups_not_scheduled"));
        return;
    }
    const platform::JsonObject values{{"folder", text_at(schedule, "directory")},
                                      {"at", text_at(schedule, "due_at")}};
    const auto due = platform::parse_time(text_at(schedule, "due_at"));
    if (true_at(schedule, "running")) {
        say(command.console, words("cli.backup_running", values));
    } else if (due) {
        say(command.console,
            words(due->time > command.console.now() ? "cli.backup_due" : "cli.backup_overdue",
                  values));
    }
    if (const std::string why = said(words, schedule, "failed"); !why.empty())
        say(command.console, words("overview.backup_failed", {{"why", why}}));
    const JsonValue& drill = value_at(schedule, "drill");
    if (const std::string why = said(words, drill, "failed"); !why.empty()) {
        say(command.console, words("overview.drill_failed", {{"why", why}}));
    } else if (const std::string at = text_at(drill, "triedAt"); !at.empty()) {
        say(command.console, words("cli.drill_good", {{"at", at}}));
    }
}

/// Prints what is known of the folder; refused when it can't be read.
int show_backups(const Command& command, const JsonValue& answer) {
    if (command.json) {
        print_json(command, answer);
    } else if (text_at(answer, "problem").empty() && answer.find("directory") != nullptr) {
        print_backups(command, answer);
    }
    const std::string problem = said(command.words, answer, "problem");
    if (!problem.empty()) complain(command, problem);
    if (!command.json && answer.find("schedule") != nullptr)
        print_schedule(command, value_at(answer, "schedule"));
    return problem.empty() ? done : refused;
}

}  // namespace

int run_books(const Command& command) {
    return ask(command, {.path = "/api/v1/books"}, [&](const JsonValue& answer) {
        const Words& words = command.words;
        std::vector<std::vector<std::string>> rows;
        for (const JsonValue& book : array_at(answer, "books")) {
            const std::string entries = text_at(book, "entries");
            rows.push_back({text_at(book, "label"), entries == "0" ? "" : "1–" + entries,
                            time_in_words(words, text_at(book, "first_recorded_at")),
                            time_in_words(words, text_at(book, "last_recorded_at")),
                            words(true_at(book, "current") ? "cli.book_kept" : "cli.book_ended")});
        }
        print_table_or_rows(command.console,
                            {{words("table.book")},
                             {words("table.numbers")},
                             {words("table.first_recorded")},
                             {words("table.last_recorded")},
                             {words("table.state")}},
                            rows);
        const JsonValue& pulled = value_at(answer, "pulled");
        if (text_at(answer, "pulled") != "0")
            say(command.console, words("cli.of_other_computers",
                                       {{"count", pulled}, {"command", "tizilim list --pulled"}}));
    });
}

int run_drill(const Command& command) {
    JsonValue result;
    const DaemonRequest request{.method = "POST", .path = "/api/v1/backups/try"};
    if (const int code = follow(command, request, result); code != done) return code;
    if (command.json) {
        print_json(command, result);
    } else {
        say(command.console,
            command.words("cli.backup_tried", {{"count", value_at(result, "entries")},
                                               {"file", text_at(result, "file")}}));
        say(command.console, command.words("cli.backup_tried_code"));
    }
    return done;
}

int run_backups(const Command& command, const std::string& directory) {
    const std::filesystem::path folder = directory.empty() ? command.configuration.backup.directory
                                                           : std::filesystem::absolute(directory);
    std::string path = "/api/v1/backups";
    if (!directory.empty()) path += "?directory=" + url_part(folder.string());
    try {
        const DaemonReply reply = DaemonClient(command.configuration).ask({.path = path});
        const JsonValue answer = read_reply(reply.body);
        return is_success(reply.status) ? show_backups(command, answer) : refuse(command, answer);
    } catch (const Unreachable&) {
        // The folder is what one looks at where the register is gone.
        if (folder.empty()) throw;
        warn(command, command.words("cli.backups_without_daemon"));
        return show_backups(
            command,
            JsonValue(backups_json(folder, nullptr, command.configuration.registry.utc_offset)));
    }
}

}  // namespace tizilim::agent
