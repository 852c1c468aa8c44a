#pragma once

#include "agent/admin/register_check.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/text/json.h"

#include <string>
#include <vector>

namespace tizilim::admin {

/// A line a register, and how many are well.
[[nodiscard]] std::string check_table(const std::vector<CheckedRegister>& checked,
                                      const agent::Words& words);

[[nodiscard]] platform::JsonObject check_json(const std::vector<CheckedRegister>& checked);

/// The text format of Prometheus, for node-exporter's textfile collector. A register is named by
/// its database, never by the lawyer.
[[nodiscard]] std::string check_metrics(const std::vector<CheckedRegister>& checked,
                                        platform::WallTime now);

}  // namespace tizilim::admin
