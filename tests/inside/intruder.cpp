#include "tests/inside/intruder.h"

#include "platform/check.h"
#include "platform/files/descriptor.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "tests/inside/order.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::inside {
namespace {

using platform::Descriptor;

constexpr std::chrono::seconds kPatience{60};

std::string next_frame(platform::FrameStream& door) {
    auto frame = door.read();
    CHECK(frame);
    return *std::move(frame);
}

}  // namespace

Intruder::Intruder(Descriptor connection)
    : door_(std::make_unique<platform::FrameStream>(
          platform::stream_over(std::move(connection), nullptr), kFrameBytesMax)),
      hello_(hello_in(next_frame(*door_))) {}

std::optional<std::vector<int>> Intruder::carry_out(Order order) const {
    if (!door_->write(frame_of(order))) return {};
    for (const int* const descriptor : descriptors_of(order.targets)) {
        const Descriptor own(::dup(*descriptor));
        if (!platform::send_descriptor(door_->stream(), own, kPatience)) return {};
    }
    const auto frame = door_->read();
    if (!frame) return {};
    return results_in(*frame);
}

std::optional<int> Intruder::carry_out(Order order, const std::string& attempt) const {
    order.only = attempt;
    const std::vector<support::Attempt> all = all_attempts();
    const auto found = std::ranges::find(all, attempt, &support::Attempt::name);
    CHECK(found != all.end());
    const auto results = carry_out(std::move(order));
    if (!results) return {};
    return results->at(static_cast<std::size_t>(found - all.begin()));
}

Den::Den(const std::filesystem::path& socket)
    : listening_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(socket.string().size() < sizeof address.sun_path);
    socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
    CHECK(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
    CHECK(::listen(listening_.get(), SOMAXCONN) == 0);
    constexpr mode_t kAll = 0777;
    CHECK(::chmod(socket.c_str(), kAll) == 0);
}

Intruder Den::next() const {
    pollfd waiting{.fd = listening_.get(), .events = POLLIN, .revents = 0};
    constexpr int kPatienceMs = std::chrono::milliseconds(kPatience).count();
    CHECK(::poll(&waiting, 1, kPatienceMs) == 1);
    Descriptor connection(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    CHECK(connection.get() >= 0);
    return Intruder(std::move(connection));
}

}  // namespace tizilim::inside
