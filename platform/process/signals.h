#pragma once

namespace tizilim::platform {

enum class Signal { terminate, reload };

/// Blocks SIGTERM, SIGINT, SIGQUIT and SIGHUP for this thread and those it starts later, for
/// wait_for_signal(). Ignores SIGPIPE. Call it before the first thread.
void hold_signals();

/// Waits for one of them: SIGTERM, SIGINT and SIGQUIT end the program, SIGHUP reloads the
/// configuration.
[[nodiscard]] Signal wait_for_signal();

}  // namespace tizilim::platform
