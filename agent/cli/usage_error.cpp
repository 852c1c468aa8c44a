#include "agent/cli/usage_error.h"

#include "platform/text/json.h"
#include "platform/text/message.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::Message;

/// By its exit code: the name may be that of a command.
bool is_a(const CLI::ParseError& error, CLI::ExitCodes code) {
    return error.get_exit_code() == static_cast<int>(code);
}

/// The parser, the command that was typed, and their groups of options.
std::vector<const CLI::App*> parsed_parts(const CLI::App& app) {
    std::vector<const CLI::App*> parts{&app};
    for (const CLI::App* const command : app.get_subcommands()) parts.push_back(command);
    const std::vector<const CLI::App*> commands = parts;
    // A group of options is an application without a name; groups are not in groups.
    for (const CLI::App* const command : commands)
        for (const CLI::App* const group : command->get_subcommands({}))
            if (group->get_name().empty()) parts.push_back(group);
    return parts;
}

/// A positional argument is called by its word, a flag as it is typed.
Message called(const CLI::Option& option) {
    if (!option.get_positional()) return platform::as_it_stands(option.get_name());
    return {"argument." + option.get_name(true)};
}

std::optional<Message> missing_option(const CLI::App& part) {
    for (const CLI::Option* const option : part.get_options({}))
        if (option->get_required() && option->count() == 0)
            return Message{"cli.required", {{"what", as_json(called(*option))}}};
    return {};
}

/// Of a group of which some number of options is asked for.
std::optional<Message> wrong_number(const CLI::App& part) {
    std::size_t used = 0;
    JsonArray flags;
    for (const CLI::Option* const option : part.get_options({})) {
        flags.emplace_back(option->get_name());
        if (option->count() > 0) ++used;
    }
    const std::size_t most = part.get_require_option_max();
    if (used < part.get_require_option_min())
        return Message{"cli.one_of_required", {{"flags", std::move(flags)}}};
    if (most > 0 && used > most) return Message{"cli.only_one_of", {{"flags", std::move(flags)}}};
    return {};
}

std::optional<Message> at_odds(const CLI::App& part) {
    for (const CLI::Option* const option : part.get_options({})) {
        if (option->count() == 0) continue;
        const std::string name = option->get_name();
        for (const CLI::Option* const needed : option->get_needs())
            if (needed->count() == 0)
                return Message{"cli.needs", {{"flag", name}, {"other", needed->get_name()}}};
        for (const CLI::Option* const excluded : option->get_excludes())
            if (excluded->count() > 0)
                return Message{"cli.excludes", {{"flag", name}, {"other", excluded->get_name()}}};
    }
    return {};
}

const CLI::Option* option_named(const CLI::App& app, std::string_view name) {
    for (const CLI::App* const part : parsed_parts(app))
        for (const CLI::Option* const option : part->get_options({}))
            if (option->get_name() == name) return option;
    return nullptr;
}

/// Of an error that begins with an option's name: "--limit: is not …".
std::optional<Message> of_one_option(const CLI::App& app, const CLI::ParseError& error) {
    const std::string_view said = error.what();
    const std::size_t colon = said.find(": ");
    if (colon == std::string_view::npos) return {};
    const CLI::Option* const option = option_named(app, said.substr(0, colon));
    if (option == nullptr) return {};
    const auto what = as_json(called(*option));
    if (is_a(error, CLI::ExitCodes::ValidationError))
        return Message{
            "cli.wrong_value",
            {{"what", what}, {"why", as_json(platform::unpacked(said.substr(colon + 2)))}}};
    if (!is_a(error, CLI::ExitCodes::ArgumentMismatch)) return {};
    return Message{option->count() > 1 ? "cli.given_twice" : "cli.value_missing", {{"what", what}}};
}

std::optional<Message> unexpected(const CLI::App& app) {
    JsonArray arguments;
    for (const std::string& argument : app.remaining(true)) arguments.emplace_back(argument);
    if (arguments.empty()) return {};
    return Message{"cli.unexpected", {{"arguments", std::move(arguments)}}};
}

}  // namespace

Message usage_error(const CLI::App& app, const CLI::ParseError& error) {
    if (auto wrong = of_one_option(app, error)) return *std::move(wrong);
    if (app.get_subcommands().empty() && is_a(error, CLI::ExitCodes::RequiredError))
        return {"cli.command_missing"};
    if (is_a(error, CLI::ExitCodes::ExtrasError))
        if (auto more = unexpected(app)) return *std::move(more);
    for (const CLI::App* const part : parsed_parts(app)) {
        if (auto missing = missing_option(*part)) return *std::move(missing);
        if (auto odd = at_odds(*part)) return *std::move(odd);
        if (auto wrong = wrong_number(*part)) return *std::move(wrong);
    }
    return {"cli.not_understood", {{"system", error.what()}}};
}

}  // namespace tizilim::agent
