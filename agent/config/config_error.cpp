#include "agent/config/config_error.h"

#include "platform/text/json.h"
#include "platform/text/message.h"

#include <filesystem>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::as_json;
using platform::Message;

Message with_place(const std::filesystem::path& file, const ConfigProblem& problem) {
    platform::JsonObject values{{"problem", as_json(problem.message)}};
    if (file.empty()) return {"config.without_file", std::move(values)};
    values.push_back({"file", file.string()});
    if (problem.line == 0) return {"config.in_file", std::move(values)};
    values.push_back({"line", problem.line});
    return {"config.at_line", std::move(values)};
}

Message message_of(const std::filesystem::path& file, const std::vector<ConfigProblem>& problems) {
    platform::JsonArray lines;
    for (const ConfigProblem& problem : problems)
        lines.emplace_back(as_json(with_place(file, problem)));
    return {"config.wrong", {{"problems", std::move(lines)}}};
}

}  // namespace

ConfigError::ConfigError(const std::filesystem::path& file, std::vector<ConfigProblem> problems)
    : MessageError(message_of(file, problems)), problems_(std::move(problems)) {}

}  // namespace tizilim::agent
