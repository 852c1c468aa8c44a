#pragma once

#include "agent/cli/cli.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/running_agent.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {

/// What a command printed, and its exit code.
struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

using AskSecret = std::function<std::optional<std::string>(std::string_view)>;

/// Runs `tizilim --config CONFIG ARGUMENTS…` in this process; `ask` answers for the person.
inline Ran run_command(const std::filesystem::path& config, std::vector<std::string> arguments,
                       const std::string& input = "", AskSecret ask = {}) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const agent::Console console{
        .in = in, .out = out, .err = err, .progress = false, .ask_secret = std::move(ask)};
    arguments.insert(arguments.begin(), {"--config", config.string()});
    const int code = agent::run_cli(std::move(arguments), console, no_environment);
    return {.code = code, .out = out.str(), .err = err.str()};
}

/// The same at a terminal, where a person types `answers` one after the other and then Ctrl-D; what
/// was asked and answered is in `err`. `before_answer` is called with the number of each.
inline Ran run_at_terminal(const std::filesystem::path& config, std::vector<std::string> arguments,
                           const std::vector<std::string>& answers,
                           const std::function<void(std::size_t)>& before_answer = {}) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    agent::Console console{.in = in, .out = out, .err = err};
    std::size_t asked = 0;
    console.ask = [&](std::string_view question) -> std::optional<std::string> {
        err << question;
        if (asked == answers.size()) return {};
        if (before_answer) before_answer(asked);
        err << answers[asked] << '\n';
        return answers[asked++];
    };
    arguments.insert(arguments.begin(), {"--config", config.string()});
    const int code = agent::run_cli(std::move(arguments), console, no_environment);
    return {.code = code, .out = out.str(), .err = err.str()};
}

}  // namespace tizilim::support
