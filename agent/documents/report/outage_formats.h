#pragma once

#include "agent/delivery/outage.h"
#include "agent/documents/report/report.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"

#include <chrono>
#include <string>
#include <vector>

namespace tizilim::agent {

/// The outages that overlap a month.
struct OutageReport {
    Month month{};
    platform::UtcOffset utc_offset{};  ///< of the month, and of all times shown
    platform::WallTime now{};
    std::vector<Outage> outages;

    /// The first moment of the month, and of the one after.
    [[nodiscard]] platform::WallTime begins() const;
    [[nodiscard]] platform::WallTime ends() const;
    /// How long an outage lasted within the month; under way, it lasts until now.
    [[nodiscard]] std::chrono::milliseconds share_of(const Outage& outage) const;
};

/// For people, in their language.
[[nodiscard]] std::string outages_text(const OutageReport& report, const Words& words);
[[nodiscard]] std::string outages_csv(const OutageReport& report);
[[nodiscard]] platform::JsonObject outages_json(const OutageReport& report);

}  // namespace tizilim::agent
