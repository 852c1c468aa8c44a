#pragma once

#include "platform/expected.h"
#include "platform/network/local_stream.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// The bytes of the longest frame each way, without its length.
struct FrameBounds {
    std::size_t read_max = 0;
    std::size_t written_max = 0;
};

/// Frames over a LocalStream: the length in 4 bytes, the greatest first, then so many bytes. One
/// thread reads; any may write.
class FrameStream {
public:
    /// Who sends a frame longer than `bounds.read_max`, or takes longer than `time_max` for one
    /// that it began, or to read one, is given up.
    FrameStream(LocalStream stream, FrameBounds bounds,
                std::chrono::milliseconds time_max = std::chrono::minutes(1));
    /// The same each way.
    FrameStream(LocalStream stream, std::size_t bytes_max,
                std::chrono::milliseconds time_max = std::chrono::minutes(1));

    /// Waits for the next frame, however long. too_long: what comes is no frame of ours.
    [[nodiscard]] Expected<std::string, StreamFailure> read();

    /// False: the other side is gone, or the StopEvent was set. `frame` has at most
    /// `bounds.written_max` bytes.
    [[nodiscard]] bool write(std::string_view frame);
    /// The other side reads to the end of what was written; nothing more comes.
    void finish() { stream_.finish(); }

    /// For what is no frame, between two of them.
    [[nodiscard]] const LocalStream& stream() const { return stream_; }

private:
    LocalStream stream_;
    const FrameBounds bounds_;
    const std::chrono::milliseconds time_max_;
    std::mutex writing_;
};

}  // namespace tizilim::platform
