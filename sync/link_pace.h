#pragma once

#include "sync/tuning.h"

#include <chrono>
#include <cstddef>
#include <limits>

namespace tizilim::sync {

/// How much one request should carry, so that it takes kBatchTime on the link as it is. Every
/// exchange measures; a cut halves. Some links cut each connection after so many bytes, whatever
/// the request: a connection that was cut is followed by ones that are trusted with half of what it
/// had to carry, and with more again when that goes well. Sizes are compressed bytes.
class LinkPace {
public:
    /// Of the body of the next request.
    [[nodiscard]] std::size_t batch_bytes() const;
    /// How many things of `bytes_each` that is, between `least` and `most`.
    [[nodiscard]] std::size_t batch_count(std::size_t bytes_each, std::size_t least,
                                          std::size_t most) const;
    /// The kept connection has carried too much to be trusted with a request of this size, too.
    [[nodiscard]] bool wants_new_connection(std::size_t bytes) const;

    /// An exchange of `bytes`, both ways, was answered; `is_new_connection` as it was asked for.
    void carried(std::size_t bytes, std::chrono::milliseconds took, bool is_new_connection);
    /// The connection died under an exchange of `bytes`, as far as it came or was to come.
    void cut(std::size_t bytes, bool is_new_connection);
    /// A body of `bytes` is too large for the server or a proxy, whatever it holds.
    void too_large(std::size_t bytes);

private:
    [[nodiscard]] std::size_t room_after(std::size_t carried) const;
    void trust_more();

    static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

    std::size_t by_time_ = kBatchBytesFirst;  ///< what the link carries in kBatchTime
    std::size_t ceiling_ = kBatchBytesMax;
    std::size_t trust_ = kUnlimited;  ///< what a connection may carry
    std::size_t last_cut_ = kUnlimited;
    std::size_t on_connection_ = 0;
    unsigned whole_connections_ = 0;
};

}  // namespace tizilim::sync
