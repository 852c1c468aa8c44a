#pragma once

#include <string>
#include <string_view>

namespace tizilim::manual {

[[nodiscard]] std::string daemon_page(std::string_view day);

}  // namespace tizilim::manual
