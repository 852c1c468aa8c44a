#include "platform/process/service_manager.h"

#include "platform/clock.h"
#include "platform/files/descriptor.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace tizilim::platform {
namespace {

std::string variable(const char* name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before the first thread
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

}  // namespace

ServiceManager::ServiceManager() : socket_(variable("NOTIFY_SOCKET")) {
    const auto micros = number_in<std::int64_t>(variable("WATCHDOG_USEC"));
    const std::string of = variable("WATCHDOG_PID");
    const bool is_ours = of.empty() || number_in<int>(of) == ::getpid();
    if (micros && *micros > 0 && is_ours)
        alive_every_ = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::microseconds(*micros) / 2);
}

void ServiceManager::ready() const {
    tell("READY=1");
}

void ServiceManager::reloading() const {
    // Its clock is the one of steady_clock here.
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(SystemClock().now().time_since_epoch());
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void ServiceManager::stopping() const {
    tell("STOPPING=1");
}

void ServiceManager::status(std::string_view sentence) const {
    tell("STATUS=" + std::string(sentence));
}

void ServiceManager::alive() const {
    tell("WATCHDOG=1");
}

void ServiceManager::tell(const std::string& message) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) return;
    const auto bytes = offsetof(sockaddr_un, sun_path) + socket_.size();
    // A manager that is gone need not be told.
    static_cast<void>(::sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address),
                               static_cast<socklen_t>(bytes)));
}

}  // namespace tizilim::platform
