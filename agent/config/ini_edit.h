#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

struct IniChange {
    std::string section;
    std::string key;
    /// Of one line, without spaces around it. Nothing: the key is not to be there.
    std::optional<std::string> value;
};

/// `text`, which read_ini() takes, with the changes and nothing else: a key that is there gets its
/// value where it stands, another comes behind those of its section, a section that is not there
/// behind all. Comments, empty lines and the ends of lines stay as they are.
[[nodiscard]] std::string edit_ini(std::string_view text, const std::vector<IniChange>& changes);

}  // namespace tizilim::agent
