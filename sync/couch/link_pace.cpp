#include "sync/couch/link_pace.h"

#include "sync/couch/tuning.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tizilim::sync {

using std::chrono::milliseconds;

namespace {

std::size_t part_of(std::size_t between_cuts) {
    return between_cuts / 100 * kPartBetweenCutsPercent;
}

}  // namespace

std::size_t LinkPace::batch_bytes() const {
    return std::max(std::min({by_time_, by_cuts_, ceiling_}), kBatchBytesMin);
}

std::size_t LinkPace::batch_count(std::size_t bytes_each, std::size_t least,
                                  std::size_t most) const {
    return std::clamp(batch_bytes() / bytes_each, least, most);
}

void LinkPace::carried(std::size_t bytes, milliseconds took) {
    fastest_ = fastest_ == milliseconds{} ? took : std::min(fastest_, took);
    since_cut_ += bytes;
    largest_since_cut_ = std::max(largest_since_cut_, bytes);
    by_cuts_ = std::max(by_cuts_, part_of(since_cut_));
    if (bytes < kMeasuredBytesMin) return;
    const auto spent = static_cast<std::size_t>(std::max<std::int64_t>(took.count(), 1));
    const auto fits = bytes * static_cast<std::size_t>(kBatchTime.count()) / spent;
    by_time_ = std::clamp(fits, by_time_ / 2, by_time_ * kBatchGrowthMax);
    by_time_ = std::clamp(by_time_, kBatchBytesMin, kBatchBytesMax);
}

bool LinkPace::cut(std::size_t bytes, milliseconds after) {
    by_cuts_ = std::max(largest_since_cut_, part_of(since_cut_ + bytes));
    since_cut_ = 0;
    largest_since_cut_ = 0;
    return after < fastest_;
}

void LinkPace::too_large(std::size_t bytes) {
    ceiling_ = std::max(std::min(ceiling_, bytes / 2), kBatchBytesMin);
}

}  // namespace tizilim::sync
