#include "packaging/manual/command_pages.h"

#include "agent/cli/cli.h"
#include "agent/texts/words.h"
#include "packaging/manual/man_page.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep: its parts need one another
#include <CLI/Option.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::manual {
namespace {

using agent::Words;

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* command) {
        return !command->get_name().empty() && !command->get_group().empty();
    });
}

std::string names_of(const CLI::Option& option) {
    if (option.get_positional()) return option.get_name(true);
    std::string names;
    for (const std::string& name : option.get_snames()) names += ", -" + name;
    for (const std::string& name : option.get_lnames()) names += ", --" + name;
    return names.substr(2);
}

/// What it takes: FILE, or the codes, "kk|ru".
std::string written(const CLI::Option& option) {
    std::string out = names_of(option);
    if (!option.get_positional() && option.get_items_expected() != 0)
        out += ' ' + option.get_type_name();
    return out;
}

std::string explained(const CLI::Option& option) {
    std::string text = option.get_description();
    if (option.get_required() && !option.get_positional()) text += " Required.";
    if (option.get_positional() && option.get_type_name().find('|') != std::string::npos)
        text += " One of " + option.get_type_name() + '.';
    return text;
}

void add_options(ManPage& page, std::string_view heading, const CLI::App& app, bool positional) {
    const auto options = app.get_options(
        [&](const CLI::Option* option) { return option->get_positional() == positional; });
    if (options.empty()) return;
    page.heading(heading);
    for (const CLI::Option* const option : options) page.term(written(*option), explained(*option));
}

std::string synopsis(const std::string& name, const CLI::App& command) {
    std::string line = "tizilim " + name + " [OPTIONS]";
    for (const CLI::Option* const option : command.get_options({})) {
        if (!option->get_positional()) continue;
        const std::string word = option->get_name(true);
        line += ' ' + (option->get_required() ? word : '[' + word + ']');
    }
    return line;
}

std::string page_of(const CLI::App& command, std::string_view day) {
    const std::string name = command.get_name();
    ManPage page("tizilim-" + name, 1, day);
    std::string purpose = command.get_description();
    purpose = purpose.substr(0, purpose.find('\n'));
    page.name_and_purpose("tizilim-" + name, purpose);
    page.heading("SYNOPSIS");
    page.example(synopsis(name, command));
    if (command.get_description() != purpose) {
        page.heading("DESCRIPTION");
        page.paragraph(command.get_description().substr(purpose.size() + 1));
    }
    add_options(page, "ARGUMENTS", command, true);
    add_options(page, "OPTIONS", command, false);
    // A group of options is an application without a name.
    for (const CLI::App* const group : command.get_subcommands({})) {
        page.heading("MORE OPTIONS");
        page.paragraph(group->get_description());
        for (const CLI::Option* const option : group->get_options({}))
            page.term(written(*option), explained(*option));
    }
    page.paragraph("Those of tizilim(1) may stand beside them.");
    page.heading("SEE ALSO");
    page.paragraph("tizilim(1), tizilim.conf(5), tizilimd(8)");
    return page.text();
}

std::string page_of_program(const CLI::App& app, std::string_view day) {
    ManPage page("tizilim", 1, day);
    page.name_and_purpose("tizilim", app.get_description());
    page.heading("SYNOPSIS");
    page.example("tizilim [OPTIONS] COMMAND [ARGUMENTS]");
    page.heading("DESCRIPTION");
    page.paragraph(
        "Records what an advocate does, shows it, prints it, and says what of it was "
        "delivered. All but a few commands ask tizilimd(8), which has to run.");
    page.heading("COMMANDS");
    page.paragraph("Each has a page of its own: tizilim-add(1) and so on.");
    for (const CLI::App* const command : commands_of(app))
        page.term(command->get_name(), command->get_description());
    add_options(page, "OPTIONS", app, false);
    page.heading("EXIT STATUS");
    page.term("0", "Done.");
    page.term("1", "Refused: the message says what, and what to do.");
    page.term("2", "The command line or the configuration is wrong.");
    page.term("3", "The daemon cannot be reached.");
    page.heading("ENVIRONMENT");
    page.term("TIZILIM_CONFIG", "The configuration, where --config names none.");
    page.heading("FILES");
    page.term("~/.config/tizilim/tizilim.conf", "The person's configuration.");
    page.term("/etc/tizilim/tizilim.conf",
              "That of the system's service; taken where the person has none.");
    page.heading("SEE ALSO");
    page.paragraph("tizilim.conf(5), tizilimd(8)");
    return page.text();
}

}  // namespace

Pages command_pages(std::string_view day) {
    Pages pages;
    agent::show_parser(Words(agent::UserLanguage::en, {}), [&](const CLI::App& app) {
        pages["tizilim.1"] = page_of_program(app, day);
        for (const CLI::App* const command : commands_of(app))
            pages["tizilim-" + command->get_name() + ".1"] = page_of(*command, day);
    });
    return pages;
}

}  // namespace tizilim::manual
