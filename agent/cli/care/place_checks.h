#pragma once

#include "agent/cli/care/finding.h"
#include "agent/config/config.h"
#include "platform/clock.h"

namespace tizilim::agent {

/// What is seen on this machine without the daemon: files that the configuration names, folder,
/// disk, backup folder, certificates. `is_running`: a daemon has answered, and holds the lock.
[[nodiscard]] Findings place_findings(const Configuration& configuration, bool is_running,
                                      platform::WallTime now);

}  // namespace tizilim::agent
