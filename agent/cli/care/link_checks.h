#pragma once

#include "agent/cli/care/finding.h"
#include "platform/clock.h"
#include "platform/text/json.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// A certificate that ends within this time is to be renewed.
inline constexpr std::chrono::days kCertificateEndsSoon{30};

/// How long a certificate is good; `renew`: the message that says, with the day, what to do.
[[nodiscard]] Finding end_of_certificate(std::string_view subject, const char* renew,
                                         const std::string& ends_at, platform::WallTime now);

/// How far the last exchange with the unified system came, a finding for each step on the way that
/// is known: steps after one that failed are not. From the daemon's /status, whose figures come
/// from tizilim-sync: it alone has the network. `url`: the configured address; empty: none.
[[nodiscard]] Findings link_findings(const platform::JsonValue& status, const std::string& url,
                                     const std::optional<std::string>& proxy,
                                     platform::WallTime now);

}  // namespace tizilim::agent
