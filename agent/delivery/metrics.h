#pragma once

#include "agent/delivery/observation.h"
#include "agent/delivery/status.h"

#include <string>

namespace tizilim::agent {

/// Prometheus text format, version 0.0.4. Each audience sees what it sees in `/status`.
[[nodiscard]] std::string metrics_text(const Observation& observed, Audience audience);

}  // namespace tizilim::agent
