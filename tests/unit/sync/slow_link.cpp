#include "tests/unit/sync/slow_link.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/http_transport.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace tizilim {
namespace {

using platform::NetworkError;

std::uint64_t size_of(const platform::HttpRequest& request) {
    std::uint64_t bytes = request.url.size() + request.body.size() + 100;
    for (const platform::HttpHeader& header : request.headers) {
        bytes += header.name.size() + header.value.size() + 4;
    }
    return bytes;
}

}  // namespace

platform::Expected<platform::HttpResponse, NetworkError> SlowLink::send(
    const platform::HttpRequest& request, const platform::HttpBounds& bounds) {
    if (!began_) began_ = clock_.now();
    open();
    const std::uint64_t limit = shape_.reset_every_bytes;
    const std::uint64_t up = size_of(request);
    if (limit > 0 && since_reset_ + up > limit) {
        const std::uint64_t passed = limit - since_reset_;
        ++lost_requests_;
        lost_up_ += passed;
        return cut(passed);
    }
    const platform::LinkCounters before = network_.counters();
    auto answer = network_.send(request, bounds);
    const std::uint64_t down = network_.counters().bytes_down - before.bytes_down;
    if (limit > 0 && since_reset_ + up + down > limit) {
        const std::uint64_t passed = limit - since_reset_;
        missing_down_ += up + down - passed;
        return cut(passed);
    }
    pass(up + down);
    clock_.advance(shape_.round_trip);
    if (!answer.has_value() && limit > 0) connected_ = false;
    return answer;
}

platform::Unexpected<NetworkError> SlowLink::cut(std::uint64_t passed) {
    pass(passed);
    clock_.advance(shape_.round_trip / 2);
    connected_ = false;
    since_reset_ = 0;
    ++cuts_;
    return platform::Unexpected{NetworkError{NetworkError::Kind::reset, {"link.broke_off"}}};
}

void SlowLink::open() {
    if (connected_) return;
    clock_.advance(shape_.round_trip);
    connected_ = true;
    ++connections_;
}

void SlowLink::pass(std::uint64_t bytes) {
    since_reset_ += bytes;
    if (shape_.bytes_per_second == 0) return;
    clock_.advance(std::chrono::milliseconds(1000 * bytes / shape_.bytes_per_second));
}

platform::LinkCounters SlowLink::counters() const {
    platform::LinkCounters counters = network_.counters();
    counters.requests += lost_requests_;
    counters.bytes_up += lost_up_;
    counters.bytes_down -= missing_down_;
    return counters;
}

std::chrono::milliseconds SlowLink::spent() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() -
                                                                 began_.value_or(clock_.now()));
}

}  // namespace tizilim
