#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace tizilim::support {

/// What ScriptedServer does after a request.
struct Reply {
    enum class Then { keep, close };
    std::string bytes;  ///< as they go out, status line and all
    Then then = Then::keep;
};

/// "HTTP/1.1 200 OK" with that body.
[[nodiscard]] Reply ok(const std::string& body);
/// The connection ends without an answer.
[[nodiscard]] Reply hang_up();
/// Nothing, and the connection stays.
[[nodiscard]] Reply silence();

/// One request as it came, and where.
struct Received {
    int connection = 0;     ///< from 1
    int on_connection = 0;  ///< from 1
    std::string text;       ///< head and body
};

/// A TCP server on 127.0.0.1 that answers each request with exactly the bytes it is told: curl
/// cannot be tested against less.
class ScriptedServer {
public:
    using Script = std::function<Reply(const Received&)>;
    /// How many bytes of body it reads before it answers, at most.
    static constexpr std::size_t kReadAll = 1UL << 40U;

    explicit ScriptedServer(Script script, std::size_t body_bytes_max = kReadAll);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::string url(const std::string& path = "/") const;
    [[nodiscard]] std::string address() const;  ///< "127.0.0.1:port"
    [[nodiscard]] std::vector<Received> received() const;
    [[nodiscard]] int connections() const;
    /// Returns when the server has closed `count` connections.
    void wait_for_closed(int count);

private:
    void accept(const std::stop_token& stop);
    void serve(Poco::Net::StreamSocket socket, int connection);
    bool answer_one(Poco::Net::StreamSocket& socket, Received& request);
    void note_closed();

    Script script_;
    std::size_t body_bytes_max_;
    Poco::Net::ServerSocket listener_;
    mutable std::mutex mutex_;  ///< guards received_, sockets_, closed_
    std::condition_variable closed_changed_;
    std::vector<Received> received_;
    std::vector<Poco::Net::StreamSocket> sockets_;
    int closed_ = 0;
    std::vector<std::jthread> threads_;  ///< touched by acceptor_ alone, until it ends
    std::jthread acceptor_;
};

}  // namespace tizilim::support
