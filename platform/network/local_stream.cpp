#include "platform/network/local_stream.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/files/posix_file.h"
#include "platform/network/posix_local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPartBytes = std::size_t{16} * 1024;

/// Counts down through several waits.
class Deadline {
public:
    explicit Deadline(milliseconds at_most) : at_(SystemClock().now() + at_most) {}
    [[nodiscard]] milliseconds left() const {
        const auto left = std::chrono::ceil<milliseconds>(at_ - SystemClock().now());
        return std::max(left, milliseconds(0));
    }

private:
    Instant at_;
};

StreamFailure failure_of(LocalStream::Connection::Awaited awaited) {
    return awaited == LocalStream::Connection::Awaited::stopped ? StreamFailure::stopped
                                                                : StreamFailure::timed_out;
}

/// Where the first empty line of `text` ends, by LF or CR LF; npos when there is none. Looks from
/// `from` on.
std::size_t end_of_head(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find('\n', from); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
        const std::string_view after = text.substr(at + 1);
        if (after.starts_with('\n')) return at + 2;
        if (after.starts_with("\r\n")) return at + 3;
    }
    return std::string_view::npos;
}

}  // namespace

LocalStream::Connection::Awaited LocalStream::Connection::wait(short events,
                                                               milliseconds at_most) const {
    const int stop = stop_ == nullptr ? -1 : stop_->native().descriptor();
    std::array<pollfd, 2> polled{{{.fd = descriptor_.get(), .events = events, .revents = 0},
                                  {.fd = stop, .events = POLLIN, .revents = 0}}};
    const Deadline deadline(at_most);
    int ready = 0;
    do {
        ready = ::poll(polled.data(), polled.size(), static_cast<int>(deadline.left().count()));
    } while (ready < 0 && errno == EINTR);
    if (polled[1].revents != 0) return Awaited::stopped;
    return ready > 0 ? Awaited::ready : Awaited::timed_out;
}

LocalStream::LocalStream(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
LocalStream::~LocalStream() = default;
LocalStream::LocalStream(LocalStream&& other) noexcept = default;
LocalStream& LocalStream::operator=(LocalStream&& other) noexcept = default;

bool LocalStream::receive(std::size_t bytes_max) {
    const std::size_t before = received_.size();
    received_.resize(before + bytes_max);
    ssize_t count = 0;
    do {
        count =
            ::recv(connection_->descriptor(), received_.data() + before, bytes_max, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    const int error = count < 0 ? errno : 0;
    received_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    // Whatever else is wrong with the connection, nothing more comes.
    ended_ = count == 0 || (count < 0 && error != EAGAIN && error != EWOULDBLOCK);
    return count > 0;
}

LocalStream::Head LocalStream::gather_head() {
    while (true) {
        const std::size_t end = end_of_head(received_, searched_);
        if (end != std::string_view::npos && end <= kHeadBytesMax) {
            head_bytes_ = end;
            return Head::whole;
        }
        if (received_.size() >= kHeadBytesMax) return Head::too_long;
        // An empty line may have begun with the last two bytes.
        searched_ = received_.size() - std::min<std::size_t>(received_.size(), 2);
        if (!receive(std::min(kPartBytes, kHeadBytesMax - received_.size())))
            return ended_ ? Head::ended : Head::incomplete;
    }
}

std::string LocalStream::take_head() {
    CHECK(head_bytes_ > 0);
    std::string head = received_.substr(0, head_bytes_);
    received_.erase(0, std::exchange(head_bytes_, 0));
    searched_ = 0;
    return head;
}

Expected<std::string, StreamFailure> LocalStream::read_head(milliseconds at_most) {
    const Deadline deadline(at_most);
    while (true) {
        const Head head = gather_head();
        if (head == Head::whole) return take_head();
        if (head == Head::too_long) return Unexpected{StreamFailure::too_long};
        if (head == Head::ended) return Unexpected{StreamFailure::ended};
        const auto awaited = connection_->wait(POLLIN, deadline.left());
        if (awaited != Connection::Awaited::ready) return Unexpected{failure_of(awaited)};
    }
}

Expected<std::string, StreamFailure> LocalStream::read(std::size_t bytes_max,
                                                       milliseconds at_most) {
    const Deadline deadline(at_most);
    while (received_.empty() && !receive(std::min(bytes_max, kPartBytes))) {
        if (ended_) return Unexpected{StreamFailure::ended};
        const auto awaited = connection_->wait(POLLIN, deadline.left());
        if (awaited != Connection::Awaited::ready) return Unexpected{failure_of(awaited)};
    }
    std::string part = received_.substr(0, bytes_max);
    received_.erase(0, part.size());
    return part;
}

Expected<std::string, StreamFailure> LocalStream::read_exactly(std::size_t bytes,
                                                               milliseconds at_most) {
    const Deadline deadline(at_most);
    std::string content;
    while (content.size() < bytes) {
        auto part = read(bytes - content.size(), deadline.left());
        if (!part) return part;
        content += *part;
    }
    return content;
}

bool LocalStream::write(std::string_view bytes, milliseconds at_most) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(connection_->descriptor(), bytes.data(), bytes.size(),
                                    MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (sent == 0) return false;
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
        if (connection_->wait(POLLOUT, at_most) != Connection::Awaited::ready) return false;
    }
    return true;
}

void LocalStream::finish() {
    // Fails where the other side has gone already.
    static_cast<void>(::shutdown(connection_->descriptor(), SHUT_WR));
}

OpenFolder::OpenFolder(const std::filesystem::path& folder)
    : descriptor_(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_.get() < 0) throw_file_error("folder.cannot_open", folder, errno);
}

std::string OpenFolder::path_of(const std::string& name) const {
    return "/proc/self/fd/" + std::to_string(descriptor_.get()) + "/" + name;
}

Expected<LocalStream, ConnectFailure> connect_to_control(const std::filesystem::path& folder) {
    const OpenFolder opened(folder);
    struct stat owner{};
    if (::fstat(opened.descriptor(), &owner) != 0)
        throw_file_error("file.cannot_examine", folder, errno);
    // Not blocking: where a daemon hangs and its queue is full, there is no use in waiting.
    Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (client.get() < 0) throw_file_error("socket.cannot_make_in", folder, errno);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = opened.path_of(kControlSocket);
    CHECK(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return Unexpected{ConnectFailure{.kind = errno == EACCES
                                                     ? ConnectFailure::Kind::not_let_in
                                                     : ConnectFailure::Kind::none_listens,
                                         .reason = system_message(errno)}};
    ucred listener{};
    socklen_t length = sizeof listener;
    if (::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &listener, &length) != 0)
        throw_file_error("socket.cannot_ask_who_listens", folder, errno);
    if (listener.uid != owner.st_uid)
        return Unexpected{ConnectFailure{.kind = ConnectFailure::Kind::other_account,
                                         .reason = as_it_stands(std::to_string(listener.uid))}};
    return LocalStream(std::make_unique<LocalStream::Connection>(std::move(client), nullptr));
}

}  // namespace tizilim::platform
