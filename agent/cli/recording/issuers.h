#pragma once

#include "agent/cli/terminal/command.h"

#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// Who issued the documents of the newest entries: a person may take one of them again.
class Issuers {
public:
    /// Asks the daemon, and shows them with their numbers. \throws Unreachable
    void load(const Command& command);
    void show(const Command& command) const;

    [[nodiscard]] std::optional<std::string> by_number(const std::string& text) const;
    /// The only one that begins with `text`. Nothing where that was typed just `before`: then it is
    /// meant as it stands.
    [[nodiscard]] std::optional<std::string> meant_by(const std::string& text,
                                                      const std::string& before) const;

private:
    std::vector<std::string> names_;  ///< the newest first
};

}  // namespace tizilim::agent
