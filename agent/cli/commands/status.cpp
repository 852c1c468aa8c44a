#include "agent/api/answers.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/overview.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/cli/terminal/two_columns.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// "3 h" of seconds.
std::string time_span(const Words& words, std::int64_t seconds) {
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    constexpr std::int64_t kDay = 24 * kHour;
    if (seconds < 2 * kMinute) return words("cli.seconds", {{"count", seconds}});
    if (seconds < 2 * kHour) return words("cli.minutes", {{"count", seconds / kMinute}});
    if (seconds < 2 * kDay) return words("cli.hours", {{"count", seconds / kHour}});
    return words("cli.days", {{"count", seconds / kDay}});
}

std::string time_span_at(const Words& words, const JsonValue& json, std::string_view name) {
    const std::int64_t* const seconds = value_at(json, name).integer();
    return seconds == nullptr || *seconds == 0 ? std::string() : time_span(words, *seconds);
}

/// The sentences that come first.
void print_overview(const Command& command, const JsonValue& status) {
    const Words& words = command.words;
    const Overview seen = overview(status);
    say(command.console,
        shown(words(seen.lost), kWidthMax) + ' ' + shown(words(seen.delivery), kWidthMax));
    for (const platform::Message& task : seen.tasks)
        say(command.console, shown(words(task), kWidthMax));
    say(command.console, "");
}

std::string traffic(const Words& words, const JsonValue& counters) {
    return words("cli.traffic", {{"requests", value_at(counters, "requests")},
                                 {"up", value_at(counters, "bytesUp")},
                                 {"down", value_at(counters, "bytesDown")}});
}

/// The figures, a line each.
class Figures {
public:
    Figures(const Words& words, const JsonValue& status) : words_(words), status_(status) {}

    void print(std::ostream& out, std::size_t cells_max) {
        if (text_at(status_, "state") == "no_register") {
            add("figure.state", words_("agent_state.no_register"));
        } else {
            add_delivery();
            add_link();
            add_foreign();
            add_register();
        }
        add_daemon();
        lines_.print(out, cells_max);
    }

private:
    void add(std::string_view name, const std::string& text) { lines_.add(words_(name), text); }

    void add_delivery() {
        add("figure.state", word_of(words_, "agent_state.", text_at(status_, "state")));
        add("figure.reason", said(words_, status_, "reason"));
        if (const JsonValue& entries = value_at(status_, "entries"); entries.object() != nullptr)
            add("figure.entries", words_("cli.counts", *entries.object()));
        if (text_at(status_, "balanceError") != "0")
            add("figure.balance_error",
                words_("cli.balance_error", {{"count", value_at(status_, "balanceError")}}));
        add("figure.last_verified", time_in_words(words_, text_at(status_, "lastVerifiedAt")));
        if (text_at(status_, "conflicts") != "0")
            add("figure.conflicts",
                words_("cli.conflicts", {{"count", value_at(status_, "conflicts")}}));
        add("figure.oldest_waits", time_span_at(words_, status_, "oldestPendingSeconds"));
    }

    void add_link() {
        const JsonValue& next = value_at(status_, "next");
        const std::string at = time_in_words(words_, text_at(next, "at"));
        const std::string why = said(words_, next, "why");
        add("figure.next", at.empty() || why.empty()
                               ? at + why
                               : words_("cli.next", {{"time", at}, {"why", why}}));
        const JsonValue* const link = status_.find("link");
        if (link == nullptr) return;
        add("figure.link", traffic(words_, *link));
        if (const JsonValue* const today = link->find("today"))
            add("figure.today", traffic(words_, *today));
    }

    void add_foreign() {
        const JsonValue& foreign = value_at(status_, "foreign");
        if (foreign.object() == nullptr) return;
        const bool is_reached = true_at(foreign, "limitReached");
        if (text_at(foreign, "documents") == "0" && !is_reached) return;
        add("figure.of_others",
            words_("cli.foreign", {{"count", value_at(foreign, "documents")},
                                   {"most", value_at(foreign, "documentsMax")},
                                   {"bytes", value_at(foreign, "bytes")},
                                   {"bytes_most", value_at(foreign, "bytesMax")}}));
        if (is_reached) add("figure.limit_reached", words_("cli.foreign_limit"));
    }

    void add_register() {
        const JsonValue& backup = value_at(status_, "backup");
        add("figure.last_backup", time_in_words(words_, text_at(backup, "lastAt")));
        add("figure.backup_failed", said(words_, backup, "failed"));
        const JsonValue& drill = value_at(backup, "drill");
        const std::string tried_at = text_at(drill, "triedAt");
        if (const std::string why = said(words_, drill, "failed"); !why.empty()) {
            add("figure.backup_drill", words_("cli.drill_failed", {{"why", why}}));
        } else if (!tried_at.empty()) {
            add("figure.backup_drill", words_("backup.restorable", {{"at", tried_at}}));
        }
        const JsonValue& timestamps = value_at(status_, "timestamps");
        add("figure.last_timestamp", time_in_words(words_, text_at(timestamps, "lastAt")));
        add("figure.timestamp_failed", said(words_, timestamps, "failed"));
        add("figure.clock", said(words_, value_at(status_, "clock"), "reason"));
        const JsonValue& book = value_at(status_, "book");
        add("figure.book", text_at(book, "label"));
        add("figure.no_new_entries", said(words_, book, "problem"));
        add("figure.warning", said(words_, book, "warning"));
        add("figure.anchor", said(words_, book, "anchor"));
    }

    void add_daemon() {
        const JsonValue* const agent = status_.find("agent");
        if (agent == nullptr) return;
        const std::int64_t* const uptime = value_at(*agent, "uptimeSeconds").integer();
        add("figure.daemon",
            words_("cli.daemon", {{"version", text_at(*agent, "version")},
                                  {"span", time_span(words_, uptime == nullptr ? 0 : *uptime)}}));
    }

    const Words& words_;
    const JsonValue& status_;
    TwoColumns lines_;
};

void print_status(const Command& command, const JsonValue& status) {
    print_overview(command, status);
    Figures(command.words, status).print(command.console.out, command.console.cells_max());
}

}  // namespace

int run_status(const Command& command) {
    return ask(command, {.path = "/status"},
               [&](const JsonValue& answer) { print_status(command, answer); });
}

int run_delivery(const Command& command, const std::string& what) {
    const DaemonRequest request{.method = "POST", .path = "/api/v1/" + what};
    return ask(command, request, [&](const JsonValue& answer) { print_status(command, answer); });
}

int run_verify(const Command& command) {
    JsonValue report;
    const DaemonRequest request{.method = "POST", .path = "/api/v1/verify"};
    if (const int failed = follow(command, request, report); failed != done) return failed;
    return print_verification(command, report);
}

int run_version(const Command& command) {
    if (command.json) {
        print_json(command, JsonObject{{"version", TIZILIM_VERSION}});
    } else {
        command.console.out << "tizilim " TIZILIM_VERSION "\n";
    }
    return done;
}

namespace {

/// What came of signatures that were not verified when they were attached.
void tell_of_signatures(const Command& command, const JsonValue& signatures) {
    const std::uint64_t lifted = number_of(text_at(signatures, "lifted")).value_or(0);
    if (lifted > 0)
        say(command.console, command.words("cli.signatures_lifted", {{"count", lifted}}));
    const platform::JsonArray& shown = array_at(signatures, "shown");
    for (const JsonValue& one : shown)
        warn(command,
             command.words("cli.signature_doubtful", {{"entry", text_at(one, "entry")},
                                                      {"version", value_at(one, "version")},
                                                      {"why", said(command.words, one, "why")}}));
    const std::uint64_t doubtful = number_of(text_at(signatures, "doubtful")).value_or(0);
    if (doubtful > shown.size())
        warn(command,
             command.words("cli.signatures_doubtful_more", {{"count", doubtful - shown.size()}}));
}

/// What the last time-stamp proves; null: there is none.
void tell_of_timestamp(const Command& command, const JsonValue& stamp) {
    if (stamp.object() == nullptr) return;
    const bool has_entries = text_at(stamp, "entry") != "0";
    say(command.console, command.words(has_entries ? "cli.entries_existed" : "cli.journal_existed",
                                       *stamp.object()));
    if (!true_at(stamp, "issuer_checked"))
        say(command.console, command.words("cli.authority_unchecked"));
}

}  // namespace

int print_verification(const Command& command, const JsonValue& report) {
    const bool good = text_at(report, "good") == "true";
    if (command.json) {
        print_json(command, report);
    } else if (good) {
        say(command.console,
            command.words("cli.sound", {{"count", value_at(report, "entries")},
                                        {"records", value_at(report, "journal_records")},
                                        {"head", text_at(report, "chain_head")}}));
        tell_of_timestamp(command, value_at(report, "timestamp"));
        tell_of_signatures(command, value_at(report, "signatures"));
    }
    if (good) return done;
    complain(command,
             command.words("cli.damaged", {{"where", said(command.words, report, "first_bad")}}));
    say_beside(command.console, command.words("cli.damaged_next"));
    return refused;
}

}  // namespace tizilim::agent
