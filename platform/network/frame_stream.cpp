#include "platform/network/frame_stream.h"

#include "platform/check.h"
#include "platform/expected.h"
#include "platform/network/local_stream.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr unsigned kByteBits = 8;
/// A wait has room for some weeks; nothing need come for longer.
constexpr std::chrono::hours kAgain{24};

std::size_t length_in(std::string_view bytes) {
    std::size_t length = 0;
    for (const char byte : bytes) length = (length << kByteBits) | static_cast<unsigned char>(byte);
    return length;
}

std::string bytes_of(std::size_t length) {
    std::string bytes(kLengthBytes, '\0');
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
        *byte = static_cast<char>(length & 0xff);
        length >>= kByteBits;
    }
    return bytes;
}

}  // namespace

FrameStream::FrameStream(LocalStream stream, FrameBounds bounds, std::chrono::milliseconds time_max)
    : stream_(std::move(stream)), bounds_(bounds), time_max_(time_max) {}

FrameStream::FrameStream(LocalStream stream, std::size_t bytes_max,
                         std::chrono::milliseconds time_max)
    : FrameStream(std::move(stream), FrameBounds{bytes_max, bytes_max}, time_max) {}

Expected<std::string, StreamFailure> FrameStream::read() {
    auto first = stream_.read(1, kAgain);
    while (!first && first.error() == StreamFailure::timed_out) first = stream_.read(1, kAgain);
    if (!first) return first;
    auto rest = stream_.read_exactly(kLengthBytes - 1, time_max_);
    if (!rest) return rest;
    const std::size_t length = length_in(*first + *rest);
    if (length > bounds_.read_max) return Unexpected{StreamFailure::too_long};
    return stream_.read_exactly(length, time_max_);
}

bool FrameStream::write(std::string_view frame) {
    CHECK(frame.size() <= bounds_.written_max);
    std::string bytes = bytes_of(frame.size());
    bytes += frame;
    const std::scoped_lock lock(writing_);
    return stream_.write(bytes, time_max_);
}

}  // namespace tizilim::platform
