#include "tests/support/request_log.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tizilim::support {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kHeadBytesMax = std::size_t{64} * 1024;

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

}  // namespace

bool RequestFinder::feed(std::string_view bytes) {
    bool completed = false;
    while (!bytes.empty()) {
        if (body_left_ > 0) {
            const std::size_t of_body = std::min(body_left_, bytes.size());
            body_left_ -= of_body;
            bytes.remove_prefix(of_body);
            continue;
        }
        const std::size_t before = head_.size();
        head_ += bytes;
        const std::size_t end = head_.find(kHeadEnd);
        if (end == std::string::npos) {
            if (head_.size() > kHeadBytesMax) throw std::runtime_error("a request without end");
            return completed;
        }
        bytes.remove_prefix(end + kHeadEnd.size() - before);
        head_.resize(end + 2);
        read_head();
        head_.clear();
        completed = true;
    }
    return completed;
}

void RequestFinder::read_head() {
    const std::size_t space = head_.find(' ');
    const std::size_t next = space == std::string::npos ? space : head_.find(' ', space + 1);
    if (next == std::string::npos) throw std::runtime_error("no HTTP request: " + head_);
    method_ = head_.substr(0, space);
    path_ = head_.substr(space + 1, next - space - 1);
    const std::string head = lower(head_);
    if (head.find("\r\ntransfer-encoding:") != std::string::npos) {
        throw std::runtime_error("a request in chunks: its end is not looked for");
    }
    constexpr std::string_view kLength = "\r\ncontent-length:";
    std::size_t at = head.find(kLength);
    if (at == std::string::npos) return;
    at = head.find_first_not_of(' ', at + kLength.size());
    std::from_chars(head.data() + at, head.data() + head.size(), body_left_);
}

}  // namespace tizilim::support
