#pragma once

#include <filesystem>

namespace tizilim::platform {

/// The file that this process runs. \throws std::filesystem::filesystem_error
[[nodiscard]] std::filesystem::path this_program();

/// Ends this process as a person would: wait_for_signal() says `terminate`. Safe for threads.
void end_this_program();

}  // namespace tizilim::platform
