#include "sync/poll_plan.h"

#include "platform/random.h"
#include "sync/couch/outcome.h"
#include "sync/couch/tuning.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tizilim::sync {

using std::chrono::milliseconds;

PollPlan::PollPlan(const ReplicatorSettings& settings, platform::Random& random)
    : random_(random),
      metered_(settings.metered),
      quiet_(milliseconds(settings.poll_interval) * (settings.metered ? kPollMeteredFactor : 1)),
      wait_(quiet_) {}

void PollPlan::poll_soon() {
    if (!metered_) wait_ = std::min(kPollSoon, quiet_);
}

milliseconds PollPlan::next() {
    const milliseconds wait = wait_;
    wait_ = std::min(2 * wait_, quiet_);
    const milliseconds spread = wait * kPollJitterPercent / 100;
    const auto drawn = random_.below(static_cast<std::uint64_t>(spread.count()) + 1);
    return wait + milliseconds(static_cast<std::int64_t>(drawn));
}

}  // namespace tizilim::sync
