#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

namespace tizilim::process {

/// A loopback port that nobody listens on now.
[[nodiscard]] std::uint16_t free_port();

/// Something on a loopback port that is not the peer: it gives every request the same bytes and
/// hangs up; with no bytes it takes the request and never answers.
class CannedServer {
public:
    explicit CannedServer(std::string answer);
    ~CannedServer();
    CannedServer(const CannedServer&) = delete;
    CannedServer& operator=(const CannedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t requests() const { return requests_; }

    /// A whole answer of HTTP/1.1.
    [[nodiscard]] static std::string answer(const std::string& status, const std::string& type,
                                            const std::string& body,
                                            const std::string& more_headers = {});

private:
    void serve(const std::stop_token& stop);
    [[nodiscard]] bool read_request(int connection, const std::stop_token& stop) const;

    const std::string answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> requests_{0};
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace tizilim::process
