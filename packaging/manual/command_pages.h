#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tizilim::manual {

/// File names, such as `tizilim-add.1`, and their texts.
using Pages = std::map<std::string, std::string>;

/// `tizilim.1`, and a page of each command.
[[nodiscard]] Pages command_pages(std::string_view day);

}  // namespace tizilim::manual
