#pragma once

#include "platform/text/message.h"

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// For a command line that the parser refused: names an unknown command or flag, and the one that
/// was probably meant. Nothing: neither is unknown.
[[nodiscard]] std::optional<platform::Message> hint_for(const CLI::App& app,
                                                        const std::vector<std::string>& arguments);

/// The flag of a field, as typed; `name` itself where there is none.
[[nodiscard]] std::string flag_of(std::string_view name);

}  // namespace tizilim::agent
