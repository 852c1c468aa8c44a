#pragma once

#include "platform/text/message.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// One thing that is wrong with a configuration. Line 0: with the file as a whole.
struct ConfigProblem {
    std::size_t line = 0;
    platform::Message message;  ///< names the key, what is wrong and what is asked for
};

struct IniSetting {
    std::size_t line = 0;
    std::string section;
    std::string key;    ///< empty: the section's own line
    std::string value;  ///< without the spaces around it; `#` and `;` within it are its own
};

struct IniText {
    std::vector<IniSetting> settings;  ///< in the order of the file, each key once
    std::vector<ConfigProblem> problems;
};

/// Reads `[section]` lines and `key = value` lines. A line that begins with `#` or `;` is a
/// comment. A key given twice is a problem, not an override.
[[nodiscard]] IniText read_ini(std::string_view text);

}  // namespace tizilim::agent
