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

std::vector<Message> lines_of(const std::filesystem::path& file,
                              const std::vector<ConfigProblem>& problems) {
    std::vector<Message> lines;
    lines.reserve(problems.size());
    for (const ConfigProblem& problem : problems) lines.push_back(with_place(file, problem));
    return lines;
}

Message message_of(const std::vector<Message>& lines) {
    platform::JsonArray problems;
    for (const Message& line : lines) problems.emplace_back(as_json(line));
    return {"config.wrong", {{"problems", std::move(problems)}}};
}

}  // namespace

ConfigError::ConfigError(const std::filesystem::path& file, std::vector<ConfigProblem> problems)
    : MessageError(message_of(lines_of(file, problems))),
      lines_(lines_of(file, problems)),
      problems_(std::move(problems)) {}

}  // namespace tizilim::agent
