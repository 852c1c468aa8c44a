#pragma once

#include "agent/config/config.h"
#include "agent/config/config_check.h"

#include <span>
#include <vector>

namespace tizilim::agent {

/// The keys beside those of network_keys(). A change takes effect at the next start.
[[nodiscard]] std::span<const SettingKey<Configuration>> own_keys();

/// Every key, in the order in which a person is told of them.
[[nodiscard]] std::vector<KeyName> all_keys();

}  // namespace tizilim::agent
