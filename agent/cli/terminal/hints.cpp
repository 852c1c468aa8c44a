#include "agent/cli/terminal/hints.h"

#include "platform/text/message.h"
#include "store/entry/fields.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;

/// No command and no flag is longer; what is longer was no slip.
constexpr std::size_t kTypedMax = 64;

/// How many letters to put in, take out, change or swap with the next.
std::size_t slips_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> last(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min(
                {last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = std::exchange(last, std::move(row));
    }
    return last[b.size()];
}

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

std::string nearest(std::string_view typed, std::span<const std::string> known) {
    constexpr std::size_t kSlipsMax = 2;
    if (typed.empty() || typed.size() > kTypedMax) return {};
    std::string best;
    // A word of three letters is not another word with two of them changed.
    std::size_t fewest = std::min(kSlipsMax, typed.size() / 2) + 1;
    for (const std::string& name : known) {
        const std::size_t slips = slips_between(typed, name);
        if (slips < fewest) {
            fewest = slips;
            best = name;
        }
    }
    return best;
}

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
            const std::string meant = nearest(flag, flags);
            return Message{meant.empty() ? "cli.no_flag" : "cli.no_flag_but",
                           {{"flag", flag}, {"meant", meant}}};
        } else if (command == nullptr && !typed.starts_with('-')) {
            command = command_named(app, typed);
            if (command != nullptr) continue;
            const std::string meant = nearest(typed, commands_of(app));
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
