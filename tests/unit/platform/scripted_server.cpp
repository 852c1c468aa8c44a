#include "tests/unit/platform/scripted_server.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/Socket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

constexpr int kAcceptPollMicroseconds = 20'000;
constexpr char kTlsHandshake = '\x16';  // what a TLS client's first record begins with
constexpr std::string_view kEndOfHead = "\r\n\r\n";

/// What Content-Length says, or 0.
std::size_t body_bytes(std::string_view head) {
    constexpr std::string_view kName = "\r\nContent-Length: ";
    const std::size_t at = head.find(kName);
    if (at == std::string_view::npos) return 0;
    const std::string_view digits = head.substr(at + kName.size());
    std::size_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// Reads more into `text`. False when the other side has ended.
bool receive(Poco::Net::StreamSocket& socket, std::string& text) {
    std::array<char, 16384> piece{};
    const int got = socket.receiveBytes(piece.data(), static_cast<int>(piece.size()));
    if (got <= 0) return false;
    text.append(piece.data(), static_cast<std::size_t>(got));
    return true;
}

}  // namespace

Reply ok(const std::string& body) {
    return {"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
            body};
}

Reply hang_up() {
    return {"", Reply::Then::close};
}

Reply silence() {
    return {};
}

ScriptedServer::ScriptedServer(Script script, std::size_t body_bytes_max)
    : script_(std::move(script)),
      body_bytes_max_(body_bytes_max),
      listener_(Poco::Net::SocketAddress("127.0.0.1", 0)),
      acceptor_([this](const std::stop_token& stop) { accept(stop); }) {}

ScriptedServer::~ScriptedServer() {
    acceptor_.request_stop();
    acceptor_.join();
    {
        const std::scoped_lock lock(mutex_);
        for (auto& socket : sockets_) {
            try {
                socket.shutdown();
            } catch (const Poco::Exception&) {
                continue;  // the other side was faster
            }
        }
    }
    threads_.clear();
}

std::string ScriptedServer::url(const std::string& path) const {
    return "http://" + address() + path;
}

std::string ScriptedServer::address() const {
    return listener_.address().toString();
}

std::vector<Received> ScriptedServer::received() const {
    const std::scoped_lock lock(mutex_);
    return received_;
}

int ScriptedServer::connections() const {
    const std::scoped_lock lock(mutex_);
    return static_cast<int>(sockets_.size());
}

void ScriptedServer::wait_for_closed(int count) {
    std::unique_lock lock(mutex_);
    closed_changed_.wait(lock, [&] { return closed_ >= count; });
}

void ScriptedServer::accept(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (!listener_.poll(Poco::Timespan(kAcceptPollMicroseconds),
                            Poco::Net::Socket::SELECT_READ)) {
            continue;
        }
        const Poco::Net::StreamSocket socket = listener_.acceptConnection();
        int connection = 0;
        {
            const std::scoped_lock lock(mutex_);
            sockets_.push_back(socket);
            connection = static_cast<int>(sockets_.size());
        }
        threads_.emplace_back([this, socket, connection] { serve(socket, connection); });
    }
}

void ScriptedServer::serve(Poco::Net::StreamSocket socket, int connection) {
    Received request{.connection = connection, .on_connection = 0, .text = {}};
    try {
        while (answer_one(socket, request)) {
        }
        socket.shutdown();  // close() would wait for the last copy of the socket
    } catch (const Poco::Exception&) {
        // The client, or this server's end, cut the connection: so the script has played.
        note_closed();
        return;
    }
    note_closed();
}

bool ScriptedServer::answer_one(Poco::Net::StreamSocket& socket, Received& request) {
    request.text.clear();
    ++request.on_connection;
    std::size_t head = std::string::npos;
    while ((head = request.text.find(kEndOfHead)) == std::string::npos) {
        if (!receive(socket, request.text)) return false;
        if (request.text.front() == kTlsHandshake) break;
    }
    const bool is_http = head != std::string::npos;
    head = is_http ? head + kEndOfHead.size() : request.text.size();
    const std::size_t wanted =
        head +
        std::min(body_bytes_max_, body_bytes(std::string_view(request.text).substr(0, head)));
    while (request.text.size() < wanted) {
        if (!receive(socket, request.text)) return false;
    }
    {
        const std::scoped_lock lock(mutex_);
        received_.push_back(request);
    }
    const Reply reply = script_(request);
    std::string_view left = reply.bytes;
    while (!left.empty()) {
        const int put = socket.sendBytes(left.data(), static_cast<int>(left.size()));
        left.remove_prefix(static_cast<std::size_t>(put));
    }
    return reply.then == Reply::Then::keep;
}

void ScriptedServer::note_closed() {
    const std::scoped_lock lock(mutex_);
    ++closed_;
    closed_changed_.notify_all();
}

}  // namespace tizilim::support
