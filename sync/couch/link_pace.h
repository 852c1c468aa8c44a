#pragma once

#include "sync/couch/tuning.h"

#include <chrono>
#include <cstddef>
#include <limits>

namespace tizilim::sync {

/// How much one request should carry, so that it takes kBatchTime at the link's measured rate, and
/// two of them pass between two cuts. Sizes are compressed bytes.
class LinkPace {
public:
    /// Of the body of the next request.
    [[nodiscard]] std::size_t batch_bytes() const;
    /// The same in items of `bytes_each`, from `least` to `most`.
    [[nodiscard]] std::size_t batch_count(std::size_t bytes_each, std::size_t least,
                                          std::size_t most) const;

    /// An exchange of `bytes`, both ways, was answered.
    void carried(std::size_t bytes, std::chrono::milliseconds took);
    /// The connection was cut under an exchange of `bytes`, passed or to pass. True when it was cut
    /// sooner than any answer came so far: hardly an answer was lost.
    bool cut(std::size_t bytes, std::chrono::milliseconds after);
    /// A body of `bytes` is too large for the server or a proxy, whatever it holds.
    void too_large(std::size_t bytes);

private:
    static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

    std::size_t by_time_ = kBatchBytesFirst;  ///< what the link carries in kBatchTime
    std::size_t by_cuts_ = kUnlimited;        ///< what passes between two cuts
    std::size_t since_cut_ = 0;
    std::size_t largest_since_cut_ = 0;
    std::size_t ceiling_ = kBatchBytesMax;
    std::chrono::milliseconds fastest_{};  ///< exchange; zero: none was measured
};

}  // namespace tizilim::sync
