#include "agent/cli/commands/documents.h"

#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "platform/files/file.h"
#include "platform/files/file_stream.h"
#include "platform/text/json.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Validators.hpp>
#include <functional>
#include <ios>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

/// Where a document goes: a file that appears when it is whole, or standard output.
class Output {
public:
    Output(const Command& command, const std::string& file)
        : out_(command.console.document == nullptr ? command.console.out
                                                   : *command.console.document) {
        if (file.empty()) return;
        expect_outside_register(command, file);
        file_.emplace(file);
    }

    void write(std::string_view part) {
        if (file_) return file_->write(part);
        out_ << part;
        check();
    }
    void finish() {
        if (file_) {
            file_->sync();
            return file_->publish();
        }
        out_ << std::flush;
        check();
    }

private:
    void check() const {
        if (!out_)
            throw platform::FileError(
                "cannot write to standard output: what is there is not whole; name a file with "
                "--output",
                0);
    }

    std::ostream& out_;
    std::optional<platform::NewFile> file_;
};

/// Fetches a document of many parts; says so when it went to a file.
int fetch(const Command& command, const std::string& path, const std::string& file) {
    Output output(command, file);
    JsonValue result;
    const int outcome = follow(command, {.path = path + "&frames=1"}, result,
                               [&](const JsonValue& row) { output.write(text_at(row, "text")); });
    if (outcome != done) {
        if (file.empty()) command.console.err << "What was written is not whole.\n";
        return outcome;
    }
    output.finish();
    if (file.empty()) return done;
    if (command.json) {
        command.console.out << platform::to_json(result) << '\n';
    } else {
        command.console.out << text_at(result, "entries") << " entries in " << file << '\n';
    }
    return done;
}

void add_parameter(std::string& path, std::string_view name, const std::string& value) {
    if (!value.empty()) path.append("&").append(name).append("=").append(url_part(value));
}

using Run = std::function<int(const Command&)>;

struct DocumentOptions {
    ImportWish import;
    std::string export_format = "csv";
    std::string output;
    PrintOptions print;
    std::string month;
    std::string report_format = "text";
};

}  // namespace

void add_document_commands(CLI::App& app, std::function<void(Run run)> chosen) {
    // The parser keeps the callbacks, and they keep what it writes to.
    const auto given = std::make_shared<DocumentOptions>();
    const auto command = [&](const char* name, const char* help, Run run) {
        CLI::App* const sub = app.add_subcommand(name, help);
        sub->callback([chosen, run = std::move(run)] { chosen(run); });
        return sub;
    };
    CLI::App* const import =
        command("import", "bring a register over from CSV or JSON Lines",
                [given](const Command& c) { return run_import(c, given->import); });
    import->add_option("file", given->import.file, "the file, or - for standard input")->required();
    import->add_flag("--keep-going", given->import.keep_going,
                     "record the good rows although others are refused");
    import->add_flag("--again", given->import.again,
                     "record also rows that have day, basis number and essence of an entry that is "
                     "there");
    CLI::App* const exported = command(
        "export", "all entries of all books, as CSV or JSON Lines",
        [given](const Command& c) { return run_export(c, given->export_format, given->output); });
    exported->add_option("--format", given->export_format, "csv (default), or jsonl with history")
        ->check(CLI::IsMember({"csv", "jsonl"}));
    exported->add_option("--output", given->output, "write this file, not standard output");
    CLI::App* const print =
        command("print", "the book in the official form, as one HTML file",
                [given](const Command& c) { return run_print(c, given->print); });
    print->add_option("--from", given->print.from, "first day of application")->check(is_day());
    print->add_option("--to", given->print.to, "last day of application")->check(is_day());
    print->add_option("--language", given->print.language, "kk or ru; default: the register's")
        ->check(CLI::IsMember({"kk", "ru"}));
    print->add_option("--book", given->print.book, "label of a book; default: the current one");
    print->add_flag("--blank-signature", given->print.blank_signature,
                    "leave column 7 of unsigned entries empty, to be signed in ink");
    print->add_option("--output", given->print.output, "write this file, not standard output");
    CLI::App* const report = command(
        "report", "a month in figures, and what is due",
        [given](const Command& c) { return run_report(c, given->month, given->report_format); });
    report->add_option("--month", given->month, "2026-11")->required()->check(is_month());
    report->add_option("--format", given->report_format, "text (default), json or csv")
        ->check(CLI::IsMember({"text", "json", "csv"}));
    CLI::App* const outages = command(
        "outages", "when the unified system could not be reached, and why",
        [given](const Command& c) { return run_outages(c, given->month, given->report_format); });
    outages->add_option("--month", given->month, "2026-11; default: this one")->check(is_month());
    outages->add_option("--format", given->report_format, "text (default), json or csv")
        ->check(CLI::IsMember({"text", "json", "csv"}));
}

int run_export(const Command& command, const std::string& format, const std::string& output) {
    return fetch(command, "/api/v1/export?format=" + url_part(format), output);
}

int run_print(const Command& command, const PrintOptions& options) {
    // Days in this form sort as text.
    if (!options.from.empty() && !options.to.empty() && options.from > options.to)
        return usage_problem(command, "--from is after --to: give the earlier day first");
    std::string path = "/api/v1/print?";
    add_parameter(path, "from", options.from);
    add_parameter(path, "to", options.to);
    add_parameter(path, "language", options.language);
    add_parameter(path, "book", options.book);
    add_parameter(path, "blank_signature", options.blank_signature ? "1" : "");
    return fetch(command, path, options.output);
}

namespace {

/// Prints a month's document as the daemon makes it.
int print_month(const Command& command, const std::string& path, const std::string& month,
                const std::string& format) {
    std::string asked = path + "?format=" + url_part(command.json ? "json" : format);
    add_parameter(asked, "month", month);
    const DaemonReply reply = DaemonClient(command.configuration).ask({.path = asked});
    if (!is_success(reply.status)) return refuse(command, read_reply(reply.body));
    command.console.out << reply.body;
    return done;
}

}  // namespace

int run_report(const Command& command, const std::string& month, const std::string& format) {
    return print_month(command, "/api/v1/report", month, format);
}

int run_outages(const Command& command, const std::string& month, const std::string& format) {
    return print_month(command, "/api/v1/outages", month, format);
}

}  // namespace tizilim::agent
