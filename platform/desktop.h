#pragma once

#include <chrono>
#include <filesystem>

namespace tizilim::platform {

/// Opens `file` as a double click would; does not wait for the program that shows it. False: the
/// system has no way to do so (`xdg-open` is not installed).
[[nodiscard]] bool open_on_desktop(const std::filesystem::path& file);

/// Lets `time` pass, for what another program does and nothing tells.
void let_pass(std::chrono::milliseconds time);

}  // namespace tizilim::platform
