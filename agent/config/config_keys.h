#pragma once

#include "agent/config/config.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <filesystem>
#include <optional>
#include <string_view>

namespace tizilim::agent {

/// What is wrong with a value, or nothing. Never repeats the value: it may be a secret.
using ValueProblem = std::optional<platform::Message>;

/// Puts `value` of a known key in its place. `folder` is where relative paths begin.
using KeySetter = ValueProblem (*)(Configuration& configuration, std::string_view value,
                                   const std::filesystem::path& folder);

struct ConfigKey {
    std::string_view section;
    std::string_view name;
    bool fixed_at_start;  ///< a change takes effect at the next start
    KeySetter set;
};

/// The key, or null.
[[nodiscard]] const ConfigKey* find_config_key(std::string_view section, std::string_view name);

/// The keys of a section; none when there is no such section.
[[nodiscard]] platform::JsonArray config_keys_of(std::string_view section);

/// "[register]", "[unified]"…
[[nodiscard]] platform::JsonArray config_sections();

}  // namespace tizilim::agent
