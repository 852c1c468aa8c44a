#pragma once

#include <string_view>

namespace tizilim::agent {

/// All that the local API takes and answers, in OpenAPI 3.1: the files of agent/api/description,
/// joined by the build. Lives as long as the program.
[[nodiscard]] std::string_view description();

}  // namespace tizilim::agent
