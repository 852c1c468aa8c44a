#pragma once

#include "agent/config/config_error.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

struct IniSetting {
    std::size_t line = 0;
    std::string section;
    std::string key;    ///< empty: the section's own line
    std::string value;  ///< without the spaces around it; `#` and `;` within it are its own
};

/// A line that can't be taken.
struct IniProblem {
    ConfigProblem problem;
    /// In which it stands. Empty: in none, or nobody can tell which section begins with it.
    std::string section;
};

struct IniText {
    std::vector<IniSetting> settings;  ///< in the order of the file, each key once
    std::vector<IniProblem> problems;
};

/// Reads `[section]` lines and `key = value` lines. A line that begins with `#` or `;` is a
/// comment. A key given twice is a problem, not an override.
[[nodiscard]] IniText read_ini(std::string_view text);

}  // namespace tizilim::agent
