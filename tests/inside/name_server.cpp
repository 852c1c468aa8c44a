#include "tests/inside/name_server.h"

#include "platform/check.h"

#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/types.h>

namespace tizilim::inside {
namespace {

using namespace std::string_view_literals;

constexpr std::uint16_t kPort = 53;
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kQuestionBytesMax = 512;

/// RFC 1035, section 4: the question again and, where an address of IPv4 was asked for, 127.0.0.1.
std::string answer_to(const std::string& question) {
    const std::size_t name_end = question.find('\0', kHeaderBytes);
    constexpr std::size_t kTypeAndClassBytes = 4;
    if (name_end == std::string::npos || name_end + kTypeAndClassBytes >= question.size())
        return {};
    const std::string asked =
        question.substr(kHeaderBytes, name_end + 1 + kTypeAndClassBytes - kHeaderBytes);
    const bool is_ipv4 = asked.ends_with("\0\1\0\1"sv);
    std::string answer = question.substr(0, 2);
    answer += "\x81\x80\0\1"sv;
    answer += is_ipv4 ? "\0\1\0\0\0\0"sv : "\0\0\0\0\0\0"sv;
    answer += asked;
    if (is_ipv4) answer += "\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1"sv;
    return answer;
}

}  // namespace

NameServer::NameServer()
    : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      thread_([this](const std::stop_token& stop) { serve(stop); }) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

void NameServer::serve(const std::stop_token& stop) const {
    while (!stop.stop_requested()) {
        pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        constexpr int kLookMs = 50;
        if (::poll(&waiting, 1, kLookMs) <= 0) continue;
        std::string question(kQuestionBytesMax, '\0');
        sockaddr_in from{};
        socklen_t length = sizeof from;
        auto* const asker = reinterpret_cast<sockaddr*>(&from);
        const ssize_t got =
            ::recvfrom(socket_.get(), question.data(), question.size(), 0, asker, &length);
        if (got < static_cast<ssize_t>(kHeaderBytes)) continue;
        question.resize(static_cast<std::size_t>(got));
        const std::string answer = answer_to(question);
        static_cast<void>(::sendto(socket_.get(), answer.data(), answer.size(), 0, asker, length));
    }
}

}  // namespace tizilim::inside
