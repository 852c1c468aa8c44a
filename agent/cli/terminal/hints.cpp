#include "agent/cli/terminal/hints.h"

#include "platform/text/message.h"
#include "platform/text/nearest.h"
#include "store/entry/fields.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;

const CLI::App* command_named(const CLI::App& app, const std::string& name) {
    for (const CLI::App* const sub : app.get_subcommands({}))
        if (sub->get_name() == name) return sub;
    return nullptr;
}

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* const sub : app.get_subcommands({})) names.push_back(sub->get_name());
    return names;
}

void add_flags(const CLI::App& app, std::vector<std::string>& flags) {
    std::vector<const CLI::App*> apps{&app};
    // A group of options is an application without a name; groups are not in groups.
    for (const CLI::App* const sub : app.get_subcommands({}))
        if (sub->get_name().empty()) apps.push_back(sub);
    for (const CLI::App* const each : apps)
        for (const CLI::Option* const option : each->get_options({}))
            for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
}

std::vector<std::string> flags_of(const CLI::App& app, const CLI::App& command) {
    std::vector<std::string> flags;
    add_flags(app, flags);
    add_flags(command, flags);
    for (const CLI::Option* const option : command.get_options({}))
        for (const std::string& name : option->get_fnames()) flags.push_back("--" + name);
    return flags;
}

}  // namespace

std::optional<Message> hint_for(const CLI::App& app, const std::vector<std::string>& arguments) {
    const CLI::App* command = nullptr;
    for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
        const std::string& typed = arguments[i];
        if (command == nullptr && (typed == "--config" || typed == "--language")) {
            ++i;
        } else if (typed.starts_with("--")) {
            const std::string flag = typed.substr(0, typed.find('='));
            const std::vector<std::string> flags =
                flags_of(app, command == nullptr ? app : *command);
            if (std::find(flags.begin(), flags.end(), flag) != flags.end()) continue;
            const std::string meant = platform::nearest(flag, flags);
            return Message{meant.empty() ? "cli.no_flag" : "cli.no_flag_but",
                           {{"flag", flag}, {"meant", meant}}};
        } else if (command == nullptr && !typed.starts_with('-')) {
            command = command_named(app, typed);
            if (command != nullptr) continue;
            const std::string meant = platform::nearest(typed, commands_of(app));
            return Message{meant.empty() ? "cli.no_command" : "cli.no_command_but",
                           {{"command", typed}, {"meant", meant}}};
        }
    }
    return {};
}

std::string flag_of(std::string_view name) {
    const store::EntryField* const field = store::find_field(name);
    if (field == nullptr || field->given_by == store::GivenBy::file) return std::string(name);
    if (field->text == &store::EntryTexts::basis_type) return "--basis";
    std::string flag = "--" + std::string(name);
    std::ranges::replace(flag, '_', '-');
    return flag;
}

}  // namespace tizilim::agent
