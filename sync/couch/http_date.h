#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace tizilim::sync {

/// "Sun, 06 Nov 1994 08:49:37 GMT": IMF-fixdate (RFC 9110, 5.6.7), the form in which a server must
/// send dates. Nothing for any other text, a day that no calendar has, or one of another weekday.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// By how much the answering server's clock is ahead of ours: the least that fits an exchange
/// between `asked_at` and `answered_at` of our clock, so that a slow answer counts against neither.
/// Nothing when the answer has no Date or a senseless one, or comes from a cache.
[[nodiscard]] std::optional<std::chrono::seconds> clock_ahead(
    const platform::HttpResponse& response, platform::WallTime asked_at,
    platform::WallTime answered_at);

}  // namespace tizilim::sync
