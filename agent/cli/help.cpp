#include "agent/cli/help.h"

#include "agent/cli/terminal/entry_words.h"
#include "agent/documents/text_table.h"
#include "platform/text/json.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

using Options = std::vector<const CLI::Option*>;

/// What a flag asks for: as the parser has it, and the message. Others are lists of codes, "kk|ru".
struct Type {
    std::string_view name;
    std::string_view message;
};
constexpr auto kTypes = std::to_array<Type>({{"TEXT", "type.text"},
                                             {"UINT", "type.number"},
                                             {"FILE", "type.file"},
                                             {"FOLDER", "type.folder"},
                                             {"CODE", "type.code"},
                                             {"DAY", "type.day"},
                                             {"MONTH", "type.month"},
                                             {"ENTRY", "type.entry"}});

/// A longer list of codes is not shown here.
constexpr std::size_t kCodesBytesMax = 70;
constexpr std::size_t kTextAt = 30;

std::string names_of(const CLI::Option& option) {
    std::string names;
    for (const std::string& name : option.get_snames()) names += ", -" + name;
    for (const std::string& name : option.get_lnames()) names += ", --" + name;
    return names.empty() ? names : names.substr(2);
}

platform::JsonArray flags_of(const std::set<CLI::Option*>& options) {
    std::vector<std::string> names;
    names.reserve(options.size());
    for (const CLI::Option* const option : options) names.push_back(option->get_name());
    std::ranges::sort(names);  // the set is in order of addresses
    platform::JsonArray flags;
    for (const std::string& name : names) flags.emplace_back(name);
    return flags;
}

Options options_of(const CLI::App& app, bool positional) {
    return app.get_options(
        [&](const CLI::Option* option) { return option->get_positional() == positional; });
}

}  // namespace

std::string Help::make_help(const CLI::App* app, std::string name,
                            CLI::AppFormatMode /*mode*/) const {
    std::string out = in_lines(app->get_description(), 0, cells_) + '\n' + usage(*app, name);
    add_options(out, words_("help.arguments"), options_of(*app, true));
    add_options(out, words_("help.options"), options_of(*app, false));
    // A group of options is an application without a name.
    for (const CLI::App* const group : app->get_subcommands({}))
        if (group->get_name().empty())
            add_options(out, group->get_description(), options_of(*group, false));
    add_commands(out, *app);
    return out;
}

std::string Help::usage(const CLI::App& app, const std::string& name) const {
    std::string written = "tizilim";
    if (!name.empty()) written += ' ' + name;
    for (const CLI::Option* const option : options_of(app, true)) {
        const std::string word = word_of(words_, "argument.", option->get_name(true));
        written += ' ' + (option->get_required() ? word : '[' + word + ']');
    }
    if (app.get_require_subcommand_min() > 0) written += ' ' + words_("help.a_command");
    return words_("help.usage", {{"command", written}}) + '\n';
}

std::string Help::written(const CLI::Option& option) const {
    if (option.get_positional()) return word_of(words_, "argument.", option.get_name(true));
    std::string out = names_of(option);
    if (option.get_items_expected() == 0) return out;
    const std::string name = option.get_type_name();
    const auto* const type = std::ranges::find(kTypes, name, &Type::name);
    if (type != kTypes.end()) return out + ' ' + words_(type->message);
    return out + ' ' + (name.size() > kCodesBytesMax ? words_("type.code") : name);
}

std::string Help::explained(const CLI::Option& option) const {
    std::string out = option.get_description();
    if (option.get_required() && !option.get_positional()) out += ' ' + words_("help.required");
    if (!option.get_needs().empty())
        out += ' ' + words_("help.needs", {{"flags", flags_of(option.get_needs())}});
    if (!option.get_excludes().empty())
        out += ' ' + words_("help.excludes", {{"flags", flags_of(option.get_excludes())}});
    return out;
}

void Help::add_row(std::string& out, const std::string& name, std::string_view text) const {
    std::string line = "  " + name;
    if (text_width(line) + 2 > kTextAt && !text.empty()) {
        out += line + '\n';
        line.clear();
    }
    line.append(kTextAt - std::min(kTextAt, text_width(line)), ' ');
    line += in_lines(text, kTextAt, cells_);
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
}

void Help::add_options(std::string& out, const std::string& title, const Options& options) const {
    if (options.empty()) return;
    out += '\n' + title + '\n';
    for (const CLI::Option* const option : options)
        add_row(out, written(*option), explained(*option));
}

void Help::add_commands(std::string& out, const CLI::App& app) const {
    bool begun = false;
    for (const CLI::App* const command : app.get_subcommands({})) {
        if (command->get_name().empty() || command->get_group().empty()) continue;
        if (!begun) out += '\n' + words_("help.commands") + '\n';
        begun = true;
        add_row(out, command->get_name(), command->get_description());
    }
}

}  // namespace tizilim::agent
