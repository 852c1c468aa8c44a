#include "platform/network/local_listener.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/files/posix_file.h"
#include "platform/network/listening_socket.h"
#include "platform/network/local_stream.h"
#include "platform/network/posix_local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
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
/// Between two looks at those who are connected.
constexpr int kAcceptedAtOnce = 16;
/// After a failed accept (no descriptors left): long enough not to spin.
constexpr milliseconds kAcceptRetryDelay{100};
/// Between two calls of ListenerSettings::dropped: who comes again and again fills no log.
constexpr std::chrono::minutes kDroppedRest{1};

/// Whose clients are heard.
class Admission {
public:
    /// Anyone's.
    Admission() = default;
    /// This account's, the administrator's, and of `group` where one is given.
    explicit Admission(std::optional<gid_t> group) : by_account_(true), group_(group) {}

    /// The account that is not heard; nothing: it is.
    [[nodiscard]] std::optional<uid_t> refused(int client) const {
        if (!by_account_) return {};
        constexpr auto kUnknown = static_cast<uid_t>(-1);
        ucred account{.pid = 0, .uid = kUnknown, .gid = kUnknown};
        socklen_t length = sizeof account;
        if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &account, &length) != 0) return kUnknown;
        if (account.uid == 0 || account.uid == ::geteuid()) return {};
        if (group_ && (account.gid == *group_ || is_member(client, *group_))) return {};
        return account.uid;
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

/// One that has connected and is not heard out.
struct Client {
    LocalStream stream;
    Instant since;
    bool may_have_sent = true;
};

gid_t group_of(const std::filesystem::path& folder) {
    struct stat status{};
    if (::stat(folder.c_str(), &status) != 0)
        throw_file_error("file.cannot_examine", folder, errno);
    return status.st_gid;
}

int milliseconds_until(Instant at) {
    const auto left = std::chrono::ceil<milliseconds>(at - SystemClock().now());
    return static_cast<int>(std::max(left, milliseconds(0)).count());
}

}  // namespace

class LocalListener::Impl {
public:
    Impl(ListeningSocket listening, const Admission& admission, const ListenerSettings& settings)
        : listening_(std::move(listening)),
          stop_(settings.stop),
          head_time_max_(settings.head_time_max),
          dropped_(settings.dropped),
          admission_(admission) {}

    [[nodiscard]] const ListeningSocket& listening() const { return listening_; }

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
            {.fd = has_room() ? listening_.socket.get() : -1, .events = POLLIN, .revents = 0}};
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
            Descriptor descriptor(
                ::accept4(listening_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (descriptor.get() < 0) {
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                    make_room();
                return;
            }
            if (const auto account = admission_.refused(descriptor.get())) {
                tell_dropped(*account);
                continue;
            }
            Client client{LocalStream(std::make_unique<LocalStream::Connection>(
                              std::move(descriptor), stop_)),
                          SystemClock().now()};
            // Most have sent their head by now.
            if (is_done(client, client.since)) continue;
            if (clients_.size() == kClientsMax) clients_.pop_front();
            clients_.push_back(std::move(client));
        }
    }

    void tell_dropped(uid_t account) {
        const Instant now = SystemClock().now();
        if (!dropped_ || (logged_at_ && now < *logged_at_ + kDroppedRest)) return;
        logged_at_ = now;
        dropped_(account);
    }

    /// The system has none to give.
    void make_room() {
        if (!clients_.empty()) return clients_.pop_front();
        pollfd stop{.fd = stop_->native().descriptor(), .events = POLLIN, .revents = 0};
        static_cast<void>(::poll(&stop, 1, static_cast<int>(kAcceptRetryDelay.count())));
    }

    const ListeningSocket listening_;
    const std::shared_ptr<const StopEvent> stop_;
    const milliseconds head_time_max_;
    const std::function<void(std::int64_t account)> dropped_;
    const Admission admission_;
    std::optional<Instant> logged_at_{};  ///< of who was dropped
    std::list<Client> clients_;           ///< the one connected the longest first
    std::deque<LocalRequest> heard_;
};

LocalListener::LocalListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LocalListener::~LocalListener() = default;
LocalListener::LocalListener(LocalListener&& other) noexcept = default;

std::uint16_t LocalListener::port() const {
    return port_of(impl_->listening());
}

std::optional<LocalRequest> LocalListener::next() {
    return impl_->next();
}

LocalListener LocalListener::on_control_socket(const std::filesystem::path& folder,
                                               ControlAccess access,
                                               const ListenerSettings& settings) {
    return serving_control(listen_on_control_socket(folder, access), folder, access, settings);
}

Expected<LocalListener, Message> LocalListener::on_loopback(const std::string& address,
                                                            std::uint16_t port,
                                                            const ListenerSettings& settings) {
    auto listening = listen_on_loopback(address, port);
    if (!listening) return Unexpected{listening.error()};
    return serving_port(*std::move(listening), settings);
}

LocalListener LocalListener::serving_control(ListeningSocket listening,
                                             const std::filesystem::path& folder,
                                             ControlAccess access,
                                             const ListenerSettings& settings) {
    std::optional<gid_t> group;
    if (access == ControlAccess::group) group = group_of(folder);
    return LocalListener(std::make_unique<Impl>(std::move(listening), Admission(group), settings));
}

LocalListener LocalListener::serving_port(ListeningSocket listening,
                                          const ListenerSettings& settings) {
    return LocalListener(std::make_unique<Impl>(std::move(listening), Admission(), settings));
}

}  // namespace tizilim::platform
