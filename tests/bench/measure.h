#pragma once

#include <algorithm>
#include <chrono>
#include <ratio>
#include <vector>

namespace tizilim::bench {

using Time = std::chrono::steady_clock;

inline double milliseconds_since(Time::time_point start) {
    return std::chrono::duration<double, std::milli>(Time::now() - start).count();
}

/// What one call of `body` takes.
template <class Body>
double milliseconds_of(const Body& body) {
    const auto start = Time::now();
    body();
    return milliseconds_since(start);
}

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace tizilim::bench
