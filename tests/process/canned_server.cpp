#include "tests/process/canned_server.h"

#include "platform/check.h"
#include "platform/random.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/poll.h>
#include <sys/socket.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

constexpr int kPollMilliseconds = 20;
constexpr std::size_t kRequestBytesMax = std::size_t{4} * 1024 * 1024;

/// Below the ports that the kernel gives out by itself, so that no connection takes one between
/// free_port() and its use.
constexpr int kFirstPort = 20000;
constexpr int kPortCount = 12000;

bool bind_to(int descriptor, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// A socket bound to a free loopback port, and that port. The place to begin is drawn, so that a
/// port that was given out and is not used yet is not given out again.
std::pair<int, std::uint16_t> bound_socket() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(descriptor >= 0);
    platform::SystemRandom random;
    const auto start = static_cast<int>(random.below(kPortCount));
    for (int tried = 0; tried < kPortCount; ++tried) {
        const auto port = static_cast<std::uint16_t>(kFirstPort + (start + tried) % kPortCount);
        if (bind_to(descriptor, port)) return {descriptor, port};
    }
    CHECK(false);
    return {};
}

bool readable(int descriptor) {
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, kPollMilliseconds) > 0;
}

/// Whether `request` is whole: its head, and as much body as that promises.
bool is_whole(std::string_view request) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head == std::string_view::npos) return false;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t at = request.find(kLength);
    std::size_t length = 0;
    if (at != std::string_view::npos) {
        std::from_chars(request.data() + at + kLength.size(), request.data() + head, length);
    }
    return request.size() >= head + 4 + length;
}

}  // namespace

std::uint16_t free_port() {
    const auto [descriptor, port] = bound_socket();
    ::close(descriptor);
    return port;
}

CannedServer::CannedServer(std::string answer) : answer_(std::move(answer)) {
    std::tie(listener_, port_) = bound_socket();
    CHECK(::listen(listener_, SOMAXCONN) == 0);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

CannedServer::~CannedServer() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
}

std::string CannedServer::answer(const std::string& status, const std::string& type,
                                 const std::string& body, const std::string& more_headers) {
    return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
           more_headers + "\r\n" + body;
}

bool CannedServer::read_request(int connection, const std::stop_token& stop) const {
    std::string request;
    std::array<char, 4096> part{};
    while (!is_whole(request) && request.size() < kRequestBytesMax) {
        if (stop.stop_requested()) return false;
        if (!readable(connection)) continue;
        const ssize_t count = ::recv(connection, part.data(), part.size(), 0);
        if (count <= 0) return false;
        request.append(part.data(), static_cast<std::size_t>(count));
    }
    return true;
}

void CannedServer::serve(const std::stop_token& stop) {
    std::vector<int> held;  // connections that never get their answer
    while (!stop.stop_requested()) {
        if (!readable(listener_)) continue;
        const int connection = ::accept(listener_, nullptr, nullptr);
        if (connection < 0) continue;
        if (read_request(connection, stop)) {
            ++requests_;
            if (answer_.empty()) {
                held.push_back(connection);
                continue;
            }
            (void)::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        }
        ::close(connection);
    }
    for (const int connection : held) ::close(connection);
}

}  // namespace tizilim::process
