#pragma once

#include "platform/text/message.h"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace tizilim::agent {

/// One thing that is wrong with a configuration. Line 0: with the file as a whole.
struct ConfigProblem {
    std::size_t line = 0;
    platform::Message message;  ///< names the key, what is wrong and what is asked for
};

/// Everything that is wrong with a configuration: in words, a line "file:line: problem" for each.
class ConfigError : public platform::MessageError {
public:
    ConfigError(const std::filesystem::path& file, std::vector<ConfigProblem> problems);
    [[nodiscard]] const std::vector<ConfigProblem>& problems() const noexcept { return problems_; }
    /// "file:line: problem" of each.
    [[nodiscard]] const std::vector<platform::Message>& lines() const noexcept { return lines_; }

private:
    std::vector<platform::Message> lines_;
    std::vector<ConfigProblem> problems_;
};

}  // namespace tizilim::agent
