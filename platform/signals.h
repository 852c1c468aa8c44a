#pragma once

namespace tizilim::platform {

enum class Signal { terminate, reload };

/// Keeps SIGTERM, SIGINT, SIGQUIT and SIGHUP from interrupting this thread and those it starts
/// later; they wait for wait_for_signal(). SIGPIPE is ignored. Call it before the first thread.
void hold_signals();

/// Blocks until the system or a person asks for an end (SIGTERM, SIGINT, SIGQUIT) or for the
/// configuration to be read again (SIGHUP).
[[nodiscard]] Signal wait_for_signal();

}  // namespace tizilim::platform
