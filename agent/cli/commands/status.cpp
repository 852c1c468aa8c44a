#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/documents/text_table.h"
#include "platform/text/json.h"

#include <ostream>
#include <string>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

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

std::string traffic(const JsonValue& counters) {
    return text_at(counters, "requests") + " requests, " + text_at(counters, "bytesUp") +
           " B up, " + text_at(counters, "bytesDown") + " B down";
}

void print_foreign(std::ostream& out, const JsonValue& status) {
    const JsonValue* const foreign = status.find("foreign");
    if (foreign == nullptr) return;
    const bool is_reached = text_at(*foreign, "limitReached") == "true";
    if (text_at(*foreign, "documents") == "0" && !is_reached) return;
    print_line(out, "of others",
               text_at(*foreign, "documents") + " documents of at most " +
                   text_at(*foreign, "documentsMax") + ", " + text_at(*foreign, "bytes") +
                   " B of at most " + text_at(*foreign, "bytesMax"));
    if (is_reached)
        print_line(out, "limit reached",
                   "further documents of others are left out: run `tizilim conflicts "
                   "--drop-foreign`");
}

void print_status(std::ostream& out, const JsonValue& status) {
    print_line(out, "state", text_at(status, "state"));
    print_line(out, "reason", text_at(status, "reason"));
    print_counts(out, status);
    if (text_at(status, "balanceError") != "0")
        print_line(out, "balance error",
                   text_at(status, "balanceError") + ": run `tizilim verify`");
    print_line(out, "last verified", text_at(status, "lastVerifiedAt"));
    if (text_at(status, "conflicts") != "0")
        print_line(out, "conflicts", text_at(status, "conflicts") + ": run `tizilim conflicts`");
    if (text_at(status, "oldestPendingSeconds") != "0")
        print_line(out, "oldest waits", text_at(status, "oldestPendingSeconds") + " s");
    if (const JsonValue* const next = status.find("next")) {
        const std::string at = text_at(*next, "at");
        const std::string why = text_at(*next, "why");
        print_line(out, "next", why.empty() || at.empty() ? at + why : at + ": " + why);
    }
    if (const JsonValue* const link = status.find("link")) {
        print_line(out, "link", traffic(*link));
        if (const JsonValue* const today = link->find("today"))
            print_line(out, "today", traffic(*today));
    }
    print_foreign(out, status);
    if (const JsonValue* const backup = status.find("backup")) {
        print_line(out, "last backup", text_at(*backup, "lastAt"));
        print_line(out, "backup failed", text_at(*backup, "failed"));
    }
    if (const JsonValue* const clock = status.find("clock"))
        print_line(out, "clock", text_at(*clock, "reason"));
    if (const JsonValue* const book = status.find("book")) {
        print_line(out, "book", text_at(*book, "label"));
        print_line(out, "no new entries", text_at(*book, "problem"));
        print_line(out, "warning", text_at(*book, "warning"));
        print_line(out, "anchor", text_at(*book, "anchor"));
    }
    if (const JsonValue* const agent = status.find("agent")) {
        print_line(
            out, "tizilimd",
            text_at(*agent, "version") + ", up for " + text_at(*agent, "uptimeSeconds") + " s");
    }
}

}  // namespace

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
