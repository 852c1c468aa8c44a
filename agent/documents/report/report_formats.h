#pragma once

#include "agent/documents/report/report.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"

#include <string>

namespace tizilim::agent {

/// A month's report for people, in their language: aligned columns.
[[nodiscard]] std::string report_text(const MonthReport& report, const Words& words);

[[nodiscard]] platform::JsonObject report_json(const MonthReport& report);

/// One table: `section` says what a row is of, and columns that don't apply are empty.
[[nodiscard]] std::string report_csv(const MonthReport& report);

}  // namespace tizilim::agent
