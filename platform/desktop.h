#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace tizilim::platform {

/// Opens `file` as a double click would; does not wait for the program that shows it. False: the
/// system has no way to do so (`xdg-open` is not installed).
[[nodiscard]] bool open_on_desktop(const std::filesystem::path& file);

/// Shows a notice by `notify-send`. Other users of this machine can see its arguments: nothing
/// confidential in them. False: it is not installed, or there is no desktop.
[[nodiscard]] bool show_notice(const std::string& title, const std::string& text);

/// Lets `time` pass, for what another program does and nothing tells.
void let_pass(std::chrono::milliseconds time);

}  // namespace tizilim::platform
