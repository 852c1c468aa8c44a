#pragma once

#include <CLI/App.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// The one of `known` that `typed` was meant to be, by a slip or two of the fingers; empty: none.
[[nodiscard]] std::string nearest(std::string_view typed, std::span<const std::string> known);

/// What to say of a command line that the parser refused: the command or the flag that there is
/// not, and which was meant. Empty: neither is what is wrong.
[[nodiscard]] std::string hint_for(const CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace tizilim::agent
