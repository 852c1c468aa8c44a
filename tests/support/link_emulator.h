#pragma once

#include "tests/support/request_log.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tizilim::support {

/// A link as TCP's users see it.
struct LinkShape {
    std::chrono::milliseconds round_trip{0};
    std::uint64_t up_bits_per_second = 0;    ///< 0: no limit
    std::uint64_t down_bits_per_second = 0;  ///< 0: no limit
    /// The connection that carries each such byte, counted both ways over all of them, is reset
    /// there; 0: never.
    std::uint64_t reset_every_bytes = 0;
    /// Each connection is reset when it has carried so many, both ways; 0: never.
    std::uint64_t connection_bytes_max = 0;
};

/// One cut: so many bytes pass in one direction, counted over all connections, and then the one
/// that carries them ends.
struct LinkCut {
    enum class Direction { up, down };
    enum class How {
        reset,  ///< as a router or a firewall does: what is under way is lost
        close   ///< as a server or proxy that is stopped does: what is cut may look whole
    };
    Direction direction = Direction::up;
    std::uint64_t after_bytes = 0;
    How how = How::reset;
    /// So many connections after it are reset at their first byte: a client that simply sends again
    /// is cut again.
    unsigned connections_lost = 0;
};

/// What passed since the emulator was made or cleared. Bytes are TCP payload, as they arrive.
struct LinkTotals {
    std::uint64_t bytes_up = 0;
    std::uint64_t bytes_down = 0;
    std::uint64_t connections = 0;
    std::uint64_t ended = 0;  ///< connections reset or cut by this link
    std::uint64_t requests = 0;
    /// The first connection was begun, and the last byte arrived; nothing before that happened.
    std::optional<std::chrono::steady_clock::time_point> from{};
    std::optional<std::chrono::steady_clock::time_point> to{};
};

/// A TCP link between clients and a server of this machine: a port of 127.0.0.1 whose bytes are
/// passed on later and slower. Setting up a connection takes one round trip. All connections share
/// one queue in each direction, and wait when it is full. Payload alone has a cost: no headers of
/// IP and TCP, no slow start, no lost packets. Has a thread of its own.
class LinkEmulator {
public:
    explicit LinkEmulator(std::uint16_t server_port, const LinkShape& shape = {});
    ~LinkEmulator();
    LinkEmulator(const LinkEmulator&) = delete;
    LinkEmulator& operator=(const LinkEmulator&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// Counted from the next byte on: clears what was counted before.
    void cut(const LinkCut& cut);
    /// Forgets what was counted; connections stay.
    void clear();
    [[nodiscard]] LinkTotals totals() const;
    /// In order of their first bytes. \throws std::runtime_error when something was no HTTP request
    [[nodiscard]] std::vector<LinkRequest> requests() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::support
