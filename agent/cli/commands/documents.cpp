#include "agent/cli/commands/documents.h"

#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/files/file_stream.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
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
        if (!out_) throw platform::FileError(platform::Message{"cli.stdout_not_whole"}, 0);
    }

    std::ostream& out_;
    std::optional<platform::NewFile> file_;
};

/// Fetches a document of many parts; says so when it went to a file.
int fetch(const Command& command, const std::string& path, const std::string& file) {
    Output output(command, file);
    JsonValue result;
    bool begun = false;
    const int outcome =
        follow(command, {.path = path + "&frames=1"}, result, [&](const JsonValue& row) {
            begun = true;
            output.write(text_at(row, "text"));
        });
    if (outcome != done) {
        if (begun && file.empty()) say_beside(command.console, command.words("cli.not_whole"));
        return outcome;
    }
    output.finish();
    if (file.empty()) return done;
    if (command.json) {
        print_json(command, result);
    } else {
        say(command.console,
            command.words("cli.entries_in_file",
                          {{"count", value_at(result, "entries")}, {"file", file}}));
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
    std::string separator;
    std::string output;
    PrintOptions print;
    std::string month;
    std::string report_format = "text";
};

}  // namespace

void add_document_commands(CLI::App& app, const Words& words, std::function<void(Run run)> chosen) {
    // The parser keeps the callbacks, and they keep what it writes to.
    const auto given = std::make_shared<DocumentOptions>();
    const auto command = [&](const char* name, std::string_view help, Run run) {
        CLI::App* const sub = app.add_subcommand(name, words(help));
        sub->callback([chosen, run = std::move(run)] { chosen(run); });
        return sub;
    };
    CLI::App* const import = command("import", "help.import", [given](const Command& c) {
        return run_import(c, given->import);
    });
    import->add_option("file", given->import.file, words("help.import_file"))
        ->required()
        ->type_name("FILE");
    import->add_option("--sheet", given->import.sheet, words("help.import_sheet"))
        ->type_name("TEXT");
    import->add_flag("--keep-going", given->import.keep_going, words("help.import_keep_going"));
    import->add_flag("--again", given->import.again, words("help.import_again"));
    CLI::App* const exported = command("export", "help.export", [given](const Command& c) {
        return run_export(c, given->export_format, given->separator, given->output);
    });
    take_one_of(exported->add_option("--format", given->export_format, words("help.export_format")),
                {"csv", "jsonl"});
    take_one_of(
        exported->add_option("--separator", given->separator, words("help.export_separator")),
        {"comma", "semicolon"});
    exported->add_option("--output", given->output, words("help.output"))->type_name("FILE");
    CLI::App* const print = command(
        "print", "help.print", [given](const Command& c) { return run_print(c, given->print); });
    const auto on_day = [&](const char* flag, std::string& day, std::string_view help) {
        print->add_option(flag, day, words(help))->type_name("DAY");
    };
    on_day("--from", given->print.from, "help.print_from");
    on_day("--to", given->print.to, "help.print_to");
    take_one_of(
        print->add_option("--language", given->print.language, words("help.print_language")),
        {"kk", "ru"});
    print->add_option("--book", given->print.book, words("help.print_book"));
    print->add_flag("--blank-signature", given->print.blank_signature,
                    words("help.print_blank_signature"));
    print->add_option("--output", given->print.output, words("help.output"))->type_name("FILE");
    const auto of_month = [&](CLI::App* sub, std::string_view help) {
        take_one_of(sub->add_option("--format", given->report_format, words("help.report_format")),
                    {"text", "json", "csv"});
        return sub->add_option("--month", given->month, words(help))->type_name("MONTH");
    };
    CLI::App* const report = command("report", "help.report", [given](const Command& c) {
        return run_report(c, given->month, given->report_format);
    });
    of_month(report, "help.report_month")->required();
    CLI::App* const outages = command("outages", "help.outages", [given](const Command& c) {
        return run_outages(c, given->month, given->report_format);
    });
    of_month(outages, "help.outages_month");
}

int run_export(const Command& command, const std::string& format, const std::string& separator,
               const std::string& output) {
    std::string path = "/api/v1/export?format=" + url_part(format);
    add_parameter(path, "separator", separator);
    return fetch(command, path, output);
}

int run_print(const Command& command, const PrintOptions& options) {
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
    const std::string given = command.json ? "json" : format;
    std::string asked = path + "?format=" + url_part(given);
    if (given == "text")
        add_parameter(asked, "language", std::string(code_of(command.words.language())));
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
