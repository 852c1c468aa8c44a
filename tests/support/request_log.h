#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tizilim::support {

/// One HTTP exchange as it passed a link. Bytes are TCP payload.
struct LinkRequest {
    std::string method;
    std::string path;  ///< with its query
    std::uint64_t bytes_up = 0;
    std::uint64_t bytes_down = 0;
    std::chrono::steady_clock::time_point from{};  ///< its first byte left
    std::chrono::steady_clock::time_point to{};    ///< the last byte of its answer came
};

/// Where the requests of one connection begin: HTTP/1.1, bodies with a Content-Length.
class RequestFinder {
public:
    /// Whether the next byte begins a request.
    [[nodiscard]] bool at_start() const { return head_.empty() && body_left_ == 0; }

    /// Takes bytes as they come. True when they completed the head of a request.
    /// \throws std::runtime_error for a body of unknown length
    bool feed(std::string_view bytes);

    /// "POST" and "/db/_bulk_docs", of the last head.
    [[nodiscard]] const std::string& method() const { return method_; }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    void read_head();

    std::string head_;  ///< as far as it came
    std::size_t body_left_ = 0;
    std::string method_;
    std::string path_;
};

}  // namespace tizilim::support
