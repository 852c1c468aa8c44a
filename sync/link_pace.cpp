#include "sync/link_pace.h"

#include "sync/tuning.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tizilim::sync {

/// What is left of a connection is used if it is worth a request.
std::size_t LinkPace::batch_bytes() const {
    const std::size_t on_new = std::min({by_time_, ceiling_, room_after(0)});
    const std::size_t on_kept = std::min(on_new, room_after(on_connection_));
    return std::max(on_kept >= on_new / 2 ? on_kept : on_new, kBatchBytesMin);
}

/// An eighth is for what a batch turns out larger than estimated.
std::size_t LinkPace::room_after(std::size_t carried) const {
    const std::size_t taken = carried + kHeaderBytes + trust_ / 8;
    return trust_ - std::min(trust_, taken);
}

std::size_t LinkPace::batch_count(std::size_t bytes_each, std::size_t least,
                                  std::size_t most) const {
    return std::clamp(batch_bytes() / bytes_each, least, most);
}

bool LinkPace::wants_new_connection(std::size_t bytes) const {
    return on_connection_ > 0 && bytes + kHeaderBytes > trust_ - std::min(trust_, on_connection_);
}

void LinkPace::carried(std::size_t bytes, std::chrono::milliseconds took, bool is_new_connection) {
    const std::size_t before = is_new_connection ? 0 : on_connection_;
    on_connection_ = before + bytes;
    if (bytes >= kMeasuredBytesMin) {
        const auto spent = static_cast<std::size_t>(std::max<std::int64_t>(took.count(), 1));
        const auto fits = bytes * static_cast<std::size_t>(kBatchTime.count()) / spent;
        by_time_ = std::clamp(fits, by_time_ / 2, by_time_ * kBatchGrowthMax);
        by_time_ = std::clamp(by_time_, kBatchBytesMin, kBatchBytesMax);
    }
    const std::size_t nearly_all = trust_ - trust_ / 4;
    const bool reached_it = before < nearly_all && on_connection_ >= nearly_all;
    if (trust_ != kUnlimited && reached_it) trust_more();
}

/// Some connections carried nearly all that they were trusted with. The next ones may have half as
/// much again, or come halfway to what was cut: a cut costs more than a few smaller requests do.
void LinkPace::trust_more() {
    if (++whole_connections_ < kWholeConnectionsMin) return;
    whole_connections_ = 0;
    const std::size_t halfway = trust_ + (last_cut_ - std::min(last_cut_, trust_)) / 2;
    trust_ = std::min(trust_ + trust_ / 2, std::max(halfway, trust_ + trust_ / 8));
    if (trust_ > 2 * kBatchBytesMax) trust_ = last_cut_ = kUnlimited;
}

void LinkPace::cut(std::size_t bytes, bool is_new_connection) {
    last_cut_ = bytes + (is_new_connection ? 0 : on_connection_);
    trust_ = std::max(last_cut_ / 2, kBatchBytesMin + kHeaderBytes);
    if (bytes >= kBatchBytesMin) by_time_ = std::max(bytes / 2, kBatchBytesMin);
    on_connection_ = 0;
    whole_connections_ = 0;
}

void LinkPace::too_large(std::size_t bytes) {
    ceiling_ = std::max(std::min(ceiling_, bytes / 2), kBatchBytesMin);
}

}  // namespace tizilim::sync
