#include "sync/backoff.h"

#include "platform/random.h"
#include "sync/couch/tuning.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace tizilim::sync {
namespace {

/// 2^20 times the least base is above every cap.
constexpr unsigned kDoublingsMax = 20;

}  // namespace

std::chrono::milliseconds Backoff::next(const BackoffRange& range,
                                        std::optional<std::chrono::seconds> asked_for) {
    using std::chrono::milliseconds;
    const milliseconds grown = range.base * (std::int64_t{1} << std::min(failures_, kDoublingsMax));
    const milliseconds most = std::min(range.cap, grown);
    ++failures_;
    const auto drawn = random_.below(static_cast<std::uint64_t>(most.count()) + 1);
    milliseconds floor = kBackoffFloor;
    if (asked_for) floor = std::max(floor, milliseconds(std::min(*asked_for, kRetryAfterMax)));
    return floor + milliseconds(static_cast<std::int64_t>(drawn));
}

}  // namespace tizilim::sync
