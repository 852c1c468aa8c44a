#pragma once

#include "store/register/register.h"
#include "tests/support/link_emulator.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tizilim::bench {

/// What some work took on a link.
struct Exchange {
    double seconds = 0;  ///< from the first byte
    support::LinkTotals totals;
    std::vector<support::LinkRequest> requests;
    std::uint64_t delivered = 0;    ///< in all, at the end
    std::uint64_t quarantined = 0;  ///< in all, at the end
    std::string trouble;            ///< why it did not come to its end; empty: it did

    [[nodiscard]] std::uint64_t bytes() const { return totals.bytes_up + totals.bytes_down; }
};

inline double seconds_between(std::chrono::steady_clock::time_point from,
                              std::chrono::steady_clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

}  // namespace tizilim::bench
