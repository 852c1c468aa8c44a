#pragma once

#include "agent/config/config_check.h"
#include "agent/config/network_settings.h"

#include <span>

namespace tizilim::agent {

/// The keys of [unified], [sync] and [security], and tsa_url of [eds]. A change takes effect at
/// once.
[[nodiscard]] std::span<const SettingKey<NetworkSettings>> network_keys();

}  // namespace tizilim::agent
