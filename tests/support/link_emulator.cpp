#include "tests/support/link_emulator.h"

#include "platform/check.h"
#include "tests/support/request_log.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

using Steady = std::chrono::steady_clock;
using Time = Steady::time_point;
using Direction = LinkCut::Direction;
using std::chrono::nanoseconds;

/// What Ethernet leaves for TCP.
constexpr std::size_t kPacketBytes = 1460;
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
/// What waits for its turn on the line, as in a small router. Senders wait when it is full.
constexpr std::uint64_t kQueueBytesMax = std::uint64_t{64} * 1024;
constexpr nanoseconds kLookAgain = std::chrono::milliseconds(1);
constexpr nanoseconds kWaitMax = std::chrono::milliseconds(20);

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int tcp_socket() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(descriptor >= 0);
    return descriptor;
}

void send_at_once(int descriptor) {
    const int yes = 1;
    (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/// The line of one direction, shared by all connections.
class Line {
public:
    explicit Line(std::uint64_t bits_per_second) : bits_per_second_(bits_per_second) {}

    /// When a packet that is handed over now has left. It takes its turn.
    Time send(std::size_t bytes, Time now) {
        if (bits_per_second_ == 0) return now;
        free_at_ = std::max(now, free_at_) + time_of(bytes);
        return free_at_;
    }
    /// When the queue takes more.
    [[nodiscard]] Time open_at() const {
        return bits_per_second_ == 0 ? Time() : free_at_ - time_of(kQueueBytesMax);
    }

private:
    [[nodiscard]] nanoseconds time_of(std::size_t bytes) const {
        constexpr std::uint64_t kNanosecondsOfByteAtOneBit = 8'000'000'000;
        return nanoseconds(bytes * kNanosecondsOfByteAtOneBit / bits_per_second_);
    }
    std::uint64_t bits_per_second_;
    Time free_at_{};
};

struct Packet {
    Time due{};
    std::string bytes;
};

/// One direction of one connection.
struct Stream {
    int source = -1;
    int target = -1;
    Direction direction = Direction::up;
    std::deque<Packet> under_way{};
    std::optional<Time> ends_at{};  ///< the source said that it is done
    bool ended = false;             ///< and the target was told
};

struct Connection {
    Stream up;
    Stream down;
    Time usable_from{};
    RequestFinder finder;
    bool was_used = false;               ///< a byte was taken
    std::uint64_t passed = 0;            ///< both ways
    std::optional<std::size_t> request;  ///< the one under way, among those that are kept
};

void end(const Connection& connection, LinkCut::How how) {
    for (const int descriptor : {connection.up.source, connection.down.source}) {
        if (how == LinkCut::How::reset) {
            const linger at_once{.l_onoff = 1, .l_linger = 0};
            (void)::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        ::close(descriptor);
    }
}

}  // namespace

class LinkEmulator::Impl {
public:
    Impl(std::uint16_t server_port, const LinkShape& shape)
        : server_port_(server_port),
          shape_(shape),
          line_up_(shape.up_bits_per_second),
          line_down_(shape.down_bits_per_second),
          listener_(tcp_socket()) {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        auto* const raw = reinterpret_cast<sockaddr*>(&address);
        CHECK(::bind(listener_, raw, size) == 0);
        CHECK(::listen(listener_, SOMAXCONN) == 0);
        CHECK(::getsockname(listener_, raw, &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    ~Impl() {
        thread_.request_stop();
        thread_.join();
        for (const Connection& connection : connections_) end(connection, LinkCut::How::reset);
        ::close(listener_);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    void clear(std::optional<LinkCut> cut) {
        const std::lock_guard lock(mutex_);
        totals_ = {};
        requests_.clear();
        cut_ = cut;
        for (Connection& connection : connections_) connection.request.reset();
    }
    [[nodiscard]] LinkTotals totals() const {
        const std::lock_guard lock(mutex_);
        return totals_;
    }
    [[nodiscard]] std::vector<LinkRequest> requests() const {
        const std::lock_guard lock(mutex_);
        if (!problem_.empty()) throw std::runtime_error(problem_);
        return requests_;
    }

private:
    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            wait();
            const std::lock_guard lock(mutex_);
            accept();
            for (auto at = connections_.begin(); at != connections_.end();) {
                at = is_over(*at) ? connections_.erase(at) : std::next(at);
            }
        }
    }

    /// Until there is something to read, or something is due.
    void wait() {
        const Time now = Steady::now();
        std::vector<pollfd> watched{{.fd = listener_, .events = POLLIN, .revents = 0}};
        Time next = now + kWaitMax;
        for (const Connection& connection : connections_) {
            for (const Stream* stream : {&connection.up, &connection.down}) {
                if (!stream->under_way.empty())
                    next = std::min(next, stream->under_way.front().due);
                if (stream->ends_at) {
                    if (!stream->ended) next = std::min(next, *stream->ends_at);
                    continue;
                }
                const Time from = readable_from(connection, *stream);
                if (from > now) {
                    next = std::min(next, from);
                } else {
                    watched.push_back({.fd = stream->source, .events = POLLIN, .revents = 0});
                }
            }
        }
        const nanoseconds left = std::max(next - now, nanoseconds(0));
        const timespec timeout{.tv_sec = 0, .tv_nsec = static_cast<long>(left.count())};
        (void)::ppoll(watched.data(), watched.size(), &timeout, nullptr);
    }

    [[nodiscard]] Time readable_from(const Connection& connection, const Stream& stream) const {
        const Line& line = stream.direction == Direction::up ? line_up_ : line_down_;
        return std::max(connection.usable_from, line.open_at());
    }

    void accept() {
        pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, 0) <= 0) return;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        const Time now = note_time();
        const int server = tcp_socket();
        const sockaddr_in address = loopback(server_port_);
        send_at_once(client);
        send_at_once(server);
        Connection& made = connections_.emplace_back();
        made.up = {.source = client, .target = server, .direction = Direction::up};
        made.down = {.source = server, .target = client, .direction = Direction::down};
        made.usable_from = now + shape_.round_trip;
        ++totals_.connections;
        if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            end(made, LinkCut::How::reset);
            connections_.pop_back();
        }
    }

    Time note_time() {
        const Time now = Steady::now();
        if (!totals_.from) totals_.from = now;
        totals_.to = now;
        return now;
    }

    /// Moves what can be moved.
    bool is_over(Connection& connection) {
        for (Stream* stream : {&connection.up, &connection.down}) {
            if (const auto how = deliver(connection, *stream)) {
                end(connection, *how);
                return true;
            }
            if (!take(connection, *stream)) {
                end(connection, LinkCut::How::reset);
                return true;
            }
        }
        if (!connection.up.ended || !connection.down.ended) return false;
        end(connection, LinkCut::How::close);
        return true;
    }

    /// Reads what the source has; false when it broke off.
    bool take(Connection& connection, Stream& stream) {
        const Time now = Steady::now();
        if (stream.ends_at || readable_from(connection, stream) > now) return true;
        std::array<char, kReadBytes> bytes{};
        const std::uint64_t rate = stream.direction == Direction::up ? shape_.up_bits_per_second
                                                                     : shape_.down_bits_per_second;
        const std::size_t most = rate == 0 ? bytes.size() : kPacketBytes;
        const ssize_t count = ::recv(stream.source, bytes.data(), most, MSG_DONTWAIT);
        if (count < 0) return errno == EAGAIN || errno == EINTR;
        const auto half = shape_.round_trip / 2;
        if (count == 0) {
            stream.ends_at = now + half;
            if (!stream.under_way.empty()) {
                stream.ends_at = std::max(*stream.ends_at, stream.under_way.back().due);
            }
            return true;
        }
        const std::string_view taken(bytes.data(), static_cast<std::size_t>(count));
        Line& line = stream.direction == Direction::up ? line_up_ : line_down_;
        stream.under_way.push_back({line.send(taken.size(), now) + half, std::string(taken)});
        if (stream.direction == Direction::down) return true;
        note_request(connection, taken);
        if (connections_to_lose_ == 0 || connection.was_used) {
            connection.was_used = true;
            return true;
        }
        --connections_to_lose_;
        return false;
    }

    void note_request(Connection& connection, std::string_view bytes) {
        const Time now = note_time();
        if (connection.finder.at_start()) {
            connection.request = requests_.size();
            requests_.emplace_back().from = now;
            ++totals_.requests;
        }
        try {
            const bool named = connection.finder.feed(bytes);
            if (!connection.request) return;
            LinkRequest& request = requests_[*connection.request];
            request.bytes_up += bytes.size();
            if (!named) return;
            request.method = connection.finder.method();
            request.path = connection.finder.path();
        } catch (const std::exception& error) {
            problem_ = error.what();
        }
    }

    /// Hands over what has arrived. How the connection ends, if it does.
    std::optional<LinkCut::How> deliver(Connection& connection, Stream& stream) {
        const Time now = Steady::now();
        while (!stream.under_way.empty() && stream.under_way.front().due <= now) {
            Packet& packet = stream.under_way.front();
            const auto left = bytes_until_end(connection, stream.direction);
            const std::size_t passing =
                left ? std::min<std::uint64_t>(*left, packet.bytes.size()) : packet.bytes.size();
            const ssize_t sent = passing == 0 ? 0
                                              : ::send(stream.target, packet.bytes.data(), passing,
                                                       MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN) return LinkCut::How::reset;
            if (sent > 0) mark_passed(connection, stream.direction, static_cast<std::size_t>(sent));
            packet.bytes.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
            if (packet.bytes.empty()) {
                stream.under_way.pop_front();
                continue;
            }
            if (const auto how = end_here(connection, stream.direction)) return how;
            packet.due = now + kLookAgain;  // its buffer is full
        }
        if (stream.ends_at && !stream.ended && stream.under_way.empty() && *stream.ends_at <= now) {
            (void)::shutdown(stream.target, SHUT_WR);
            stream.ended = true;
        }
        return {};
    }

    [[nodiscard]] std::uint64_t passed(Direction direction) const {
        return direction == Direction::up ? totals_.bytes_up : totals_.bytes_down;
    }

    /// How many bytes may pass before this link ends the connection that carries the next one.
    [[nodiscard]] std::optional<std::uint64_t> bytes_until_end(const Connection& connection,
                                                               Direction direction) const {
        std::optional<std::uint64_t> left;
        if (cut_ && cut_->direction == direction) left = cut_->after_bytes - passed(direction);
        if (shape_.reset_every_bytes > 0) {
            left = std::min(left.value_or(next_reset_), next_reset_ - passed_both_);
        }
        if (shape_.connection_bytes_max > 0) {
            const std::uint64_t most = shape_.connection_bytes_max;
            left = std::min(left.value_or(most), most - connection.passed);
        }
        return left;
    }

    std::optional<LinkCut::How> end_here(const Connection& connection, Direction direction) {
        if (bytes_until_end(connection, direction) != 0) return {};
        ++totals_.ended;
        if (cut_ && cut_->direction == direction && cut_->after_bytes == passed(direction)) {
            connections_to_lose_ = cut_->connections_lost;
            return std::exchange(cut_, std::nullopt)->how;
        }
        if (passed_both_ == next_reset_) next_reset_ += shape_.reset_every_bytes;
        return LinkCut::How::reset;
    }

    void mark_passed(Connection& connection, Direction direction, std::size_t bytes) {
        const Time now = note_time();
        (direction == Direction::up ? totals_.bytes_up : totals_.bytes_down) += bytes;
        passed_both_ += bytes;
        connection.passed += bytes;
        if (direction == Direction::up || !connection.request) return;
        LinkRequest& request = requests_[*connection.request];
        request.bytes_down += bytes;
        request.to = now;
    }

    const std::uint16_t server_port_;
    const LinkShape shape_;
    Line line_up_;
    Line line_down_;
    const int listener_;
    std::uint16_t port_ = 0;
    std::list<Connection> connections_;  ///< changed by the thread alone
    std::uint64_t passed_both_ = 0;
    std::uint64_t next_reset_ = shape_.reset_every_bytes;
    mutable std::mutex mutex_;  ///< guards what follows, and what connections_ say of requests
    LinkTotals totals_;
    std::vector<LinkRequest> requests_;
    std::string problem_;
    std::optional<LinkCut> cut_;
    unsigned connections_to_lose_ = 0;
    std::jthread thread_;  // last: it uses all of the above
};

LinkEmulator::LinkEmulator(std::uint16_t server_port, const LinkShape& shape)
    : impl_(std::make_unique<Impl>(server_port, shape)) {}
LinkEmulator::~LinkEmulator() = default;

std::uint16_t LinkEmulator::port() const {
    return impl_->port();
}
void LinkEmulator::cut(const LinkCut& cut) {
    impl_->clear(cut);
}
void LinkEmulator::clear() {
    impl_->clear({});
}
LinkTotals LinkEmulator::totals() const {
    return impl_->totals();
}
std::vector<LinkRequest> LinkEmulator::requests() const {
    return impl_->requests();
}

}  // namespace tizilim::support
