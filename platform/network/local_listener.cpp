#include "platform/network/local_listener.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/files/file.h"
#include "platform/files/posix_file.h"
#include "platform/network/local_stream.h"
#include "platform/network/posix_local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <list>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::platform {
namespace {

using std::chrono::milliseconds;

/// Connected and not heard out. More at once is no use of an endpoint that answers in
/// milliseconds.
constexpr std::size_t kClientsMax = 256;
/// Nobody makes room for another before: whoever means to send a head has done so by then.
constexpr milliseconds kGrace{100};
/// Waiting clients that the system keeps for us.
constexpr int kBacklog = 128;
/// Between two looks at those who are connected.
constexpr int kAcceptedAtOnce = 16;
/// After a failed accept (no descriptors left): long enough not to spin.
constexpr milliseconds kAcceptRetryDelay{100};

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kOwnerAndGroup = 0660;

/// Whose clients are heard.
class Admission {
public:
    /// Anyone's.
    Admission() = default;
    /// This account's, the administrator's, and of `group` where one is given.
    explicit Admission(std::optional<gid_t> group) : by_account_(true), group_(group) {}

    [[nodiscard]] bool admits(int client) const {
        if (!by_account_) return true;
        ucred account{};
        socklen_t length = sizeof account;
        if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &account, &length) != 0) return false;
        if (account.uid == 0 || account.uid == ::geteuid()) return true;
        return group_ && (account.gid == *group_ || is_member(client, *group_));
    }

private:
    [[nodiscard]] static bool is_member(int client, gid_t group) {
        constexpr std::size_t kGroupsMax = 65536;  // NGROUPS_MAX of Linux
        std::vector<gid_t> groups(kGroupsMax);
        auto length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        if (::getsockopt(client, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0)
            return false;
        groups.resize(length / sizeof(gid_t));
        return std::find(groups.begin(), groups.end(), group) != groups.end();
    }

    bool by_account_ = false;
    std::optional<gid_t> group_;
};

/// The control socket's name in its folder, removed with this object.
class SocketName {
public:
    /// \throws FileError
    SocketName(const std::filesystem::path& folder, int socket, ControlAccess access)
        : folder_(folder) {
        const std::filesystem::path shown = folder / kControlSocket;
        remove_left_over(shown);
        // Nobody else may connect from the very first moment.
        if (::fchmod(socket, kOwnerOnly) != 0)
            throw_file_error("socket.cannot_close_to_others", shown, errno);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = folder_.path_of(kControlSocket);
        CHECK(path.size() < sizeof address.sun_path);
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw_file_error("socket.cannot_make", shown, errno);
        if (::fstatat(folder_.descriptor(), kControlSocket, &made_, AT_SYMLINK_NOFOLLOW) != 0)
            throw_file_error("file.cannot_examine", shown, errno);
        if (access == ControlAccess::group) open_to_group(shown);
    }
    ~SocketName() {
        struct stat there{};
        const int folder = folder_.descriptor();
        const bool is_ours = ::fstatat(folder, kControlSocket, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                             there.st_dev == made_.st_dev && there.st_ino == made_.st_ino;
        if (is_ours) static_cast<void>(::unlinkat(folder, kControlSocket, 0));
    }
    SocketName(const SocketName&) = delete;
    SocketName& operator=(const SocketName&) = delete;

    [[nodiscard]] gid_t group() const { return group_; }

private:
    void remove_left_over(const std::filesystem::path& shown) const {
        struct stat there{};
        const int folder = folder_.descriptor();
        if (::fstatat(folder, kControlSocket, &there, AT_SYMLINK_NOFOLLOW) != 0) return;
        if (!S_ISSOCK(there.st_mode))
            throw FileError({"socket.no_socket_in_its_place", {{"path", shown.string()}}}, EEXIST);
        if (::unlinkat(folder, kControlSocket, 0) != 0)
            throw_file_error("file.cannot_remove", shown, errno);
    }
    void open_to_group(const std::filesystem::path& shown) {
        struct stat folder{};
        if (::fstat(folder_.descriptor(), &folder) != 0)
            throw_file_error("file.cannot_examine", shown, errno);
        group_ = folder.st_gid;
        if (::fchownat(folder_.descriptor(), kControlSocket, static_cast<uid_t>(-1), group_, 0) !=
                0 ||
            ::fchmodat(folder_.descriptor(), kControlSocket, kOwnerAndGroup, 0) != 0)
            throw_file_error("socket.cannot_open_to_group", shown, errno);
    }

    OpenFolder folder_;
    struct stat made_{};
    gid_t group_ = 0;
};

/// One that has connected and is not heard out.
struct Client {
    LocalStream stream;
    Instant since;
    bool may_have_sent = true;
};

int milliseconds_until(Instant at) {
    const auto left = std::chrono::ceil<milliseconds>(at - SystemClock().now());
    return static_cast<int>(std::max(left, milliseconds(0)).count());
}

}  // namespace

class LocalListener::Impl {
public:
    Impl(Descriptor socket, const ListenerSettings& settings)
        : socket_(std::move(socket)),
          stop_(settings.stop),
          head_time_max_(settings.head_time_max) {}

    void listen_as(std::unique_ptr<SocketName> name, const Admission& admission) {
        name_ = std::move(name);
        admission_ = admission;
    }
    void listen_at(std::uint16_t port) { port_ = port; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    std::optional<LocalRequest> next() {
        while (true) {
            if (!heard_.empty()) {
                LocalRequest request = std::move(heard_.front());
                heard_.pop_front();
                return request;
            }
            if (!wait()) return {};
            hear();
            accept_some();
        }
    }

private:
    /// False: it is to stop.
    bool wait() {
        std::vector<pollfd> polled{
            {.fd = stop_->native().descriptor(), .events = POLLIN, .revents = 0},
            {.fd = has_room() ? socket_.get() : -1, .events = POLLIN, .revents = 0}};
        const std::size_t others = polled.size();
        for (const Client& client : clients_)
            polled.push_back(
                {.fd = client.stream.connection().descriptor(), .events = POLLIN, .revents = 0});
        int ready = 0;
        do {
            ready = ::poll(polled.data(), polled.size(), milliseconds_to_wait());
        } while (ready < 0 && errno == EINTR);
        std::size_t at = others;
        for (Client& client : clients_) client.may_have_sent = polled[at++].revents != 0;
        return polled.front().revents == 0;
    }

    /// Whether one more may come: by itself, or because the oldest may be sent away for it.
    [[nodiscard]] bool has_room() const {
        return clients_.size() < kClientsMax ||
               SystemClock().now() >= clients_.front().since + kGrace;
    }

    [[nodiscard]] int milliseconds_to_wait() const {
        constexpr int kForever = -1;
        if (clients_.empty()) return kForever;
        const Instant since = clients_.front().since;
        return milliseconds_until(has_room() ? since + head_time_max_ : since + kGrace);
    }

    /// What has come of all heads, and whose time is over.
    void hear() {
        const Instant now = SystemClock().now();
        for (auto client = clients_.begin(); client != clients_.end();)
            client = is_done(*client, now) ? clients_.erase(client) : std::next(client);
    }

    bool is_done(Client& client, Instant now) {
        const bool is_late = now >= client.since + head_time_max_;
        if (!client.may_have_sent && !is_late) return false;
        switch (client.stream.gather_head()) {
            case LocalStream::Head::ended:
                return true;
            case LocalStream::Head::whole: {
                std::string head = client.stream.take_head();
                heard_.push_back({std::move(client.stream), std::move(head)});
                return true;
            }
            case LocalStream::Head::too_long:
                heard_.push_back({std::move(client.stream), Unexpected{StreamFailure::too_long}});
                return true;
            case LocalStream::Head::incomplete:
                break;
        }
        if (!is_late) return false;
        heard_.push_back({std::move(client.stream), Unexpected{StreamFailure::timed_out}});
        return true;
    }

    void accept_some() {
        for (int count = 0; count < kAcceptedAtOnce && has_room(); ++count) {
            Descriptor descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (descriptor.get() < 0) {
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                    make_room();
                return;
            }
            if (!admission_.admits(descriptor.get())) continue;
            Client client{LocalStream(std::make_unique<LocalStream::Connection>(
                              std::move(descriptor), stop_)),
                          SystemClock().now()};
            // Most have sent their head by now.
            if (is_done(client, client.since)) continue;
            if (clients_.size() == kClientsMax) clients_.pop_front();
            clients_.push_back(std::move(client));
        }
    }

    /// The system has none to give.
    void make_room() {
        if (!clients_.empty()) return clients_.pop_front();
        pollfd stop{.fd = stop_->native().descriptor(), .events = POLLIN, .revents = 0};
        static_cast<void>(::poll(&stop, 1, static_cast<int>(kAcceptRetryDelay.count())));
    }

    const Descriptor socket_;
    const std::shared_ptr<const StopEvent> stop_;
    const milliseconds head_time_max_;
    std::unique_ptr<SocketName> name_;  ///< null: on a port
    Admission admission_;
    std::uint16_t port_ = 0;
    std::list<Client> clients_;  ///< the one connected the longest first
    std::deque<LocalRequest> heard_;
};

LocalListener::LocalListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LocalListener::~LocalListener() = default;
LocalListener::LocalListener(LocalListener&& other) noexcept = default;

std::uint16_t LocalListener::port() const {
    return impl_->port();
}

std::optional<LocalRequest> LocalListener::next() {
    return impl_->next();
}

LocalListener LocalListener::on_control_socket(const std::filesystem::path& folder,
                                               ControlAccess access,
                                               const ListenerSettings& settings) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0) throw_file_error("socket.cannot_make_in", folder, errno);
    const int descriptor = socket.get();
    auto impl = std::make_unique<Impl>(std::move(socket), settings);
    auto name = std::make_unique<SocketName>(folder, descriptor, access);
    if (::listen(descriptor, kBacklog) != 0)
        throw_file_error("socket.cannot_listen_in", folder, errno);
    const std::optional<gid_t> group =
        access == ControlAccess::group ? std::optional(name->group()) : std::nullopt;
    impl->listen_as(std::move(name), Admission(group));
    return LocalListener(std::move(impl));
}

Expected<LocalListener, Message> LocalListener::on_loopback(const std::string& address,
                                                            std::uint16_t port,
                                                            const ListenerSettings& settings) {
    sockaddr_in ipv4{};
    sockaddr_in6 ipv6{};
    const bool is_ipv6 = ::inet_pton(AF_INET6, address.c_str(), &ipv6.sin6_addr) == 1;
    if (!is_ipv6) CHECK(::inet_pton(AF_INET, address.c_str(), &ipv4.sin_addr) == 1);
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    auto* const at =
        is_ipv6 ? reinterpret_cast<sockaddr*>(&ipv6) : reinterpret_cast<sockaddr*>(&ipv4);
    socklen_t length = is_ipv6 ? sizeof ipv6 : sizeof ipv4;

    Descriptor socket(
        ::socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // Without SO_REUSEPORT, by which two daemons of one user could share the port.
    const int yes = 1;
    if (socket.get() < 0 ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(socket.get(), at, length) != 0 || ::listen(socket.get(), kBacklog) != 0 ||
        ::getsockname(socket.get(), at, &length) != 0)
        return Unexpected{system_message(errno)};
    auto impl = std::make_unique<Impl>(std::move(socket), settings);
    impl->listen_at(ntohs(is_ipv6 ? ipv6.sin6_port : ipv4.sin_port));
    return LocalListener(std::move(impl));
}

}  // namespace tizilim::platform
