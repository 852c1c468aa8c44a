#include "platform/network/listening_socket.h"

#include "platform/check.h"
#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/files/file.h"
#include "platform/files/posix_file.h"
#include "platform/network/local_stream.h"
#include "platform/network/posix_local_stream.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace tizilim::platform {
namespace {

/// Waiting clients that the system keeps for us.
constexpr int kBacklog = 128;

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kOwnerAndGroup = 0660;
}  // namespace

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
    void open_to_group(const std::filesystem::path& shown) const {
        struct stat folder{};
        if (::fstat(folder_.descriptor(), &folder) != 0)
            throw_file_error("file.cannot_examine", shown, errno);
        // A service that may not give files away has its folder's group as its own.
        const bool is_the_groups = made_.st_gid == folder.st_gid;
        if ((!is_the_groups && ::fchownat(folder_.descriptor(), kControlSocket,
                                          static_cast<uid_t>(-1), folder.st_gid, 0) != 0) ||
            ::fchmodat(folder_.descriptor(), kControlSocket, kOwnerAndGroup, 0) != 0)
            throw_file_error("socket.cannot_open_to_group", shown, errno);
    }

    OpenFolder folder_;
    struct stat made_{};
};

ListeningSocket listen_on_control_socket(const std::filesystem::path& folder,
                                         ControlAccess access) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0) throw_file_error("socket.cannot_make_in", folder, errno);
    auto name = std::make_shared<const SocketName>(folder, socket.get(), access);
    if (::listen(socket.get(), kBacklog) != 0)
        throw_file_error("socket.cannot_listen_in", folder, errno);
    return {.socket = std::move(socket), .name = std::move(name)};
}

Expected<ListeningSocket, Message> listen_on_loopback(const std::string& address,
                                                      std::uint16_t port) {
    sockaddr_in ipv4{};
    sockaddr_in6 ipv6{};
    const bool is_ipv6 = ::inet_pton(AF_INET6, address.c_str(), &ipv6.sin6_addr) == 1;
    if (!is_ipv6) CHECK(::inet_pton(AF_INET, address.c_str(), &ipv4.sin_addr) == 1);
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    const auto* const at = is_ipv6 ? reinterpret_cast<const sockaddr*>(&ipv6)
                                   : reinterpret_cast<const sockaddr*>(&ipv4);
    const socklen_t length = is_ipv6 ? sizeof ipv6 : sizeof ipv4;

    Descriptor socket(
        ::socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // Without SO_REUSEPORT, by which two daemons of one user could share the port.
    const int yes = 1;
    if (socket.get() < 0 ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(socket.get(), at, length) != 0 || ::listen(socket.get(), kBacklog) != 0)
        return Unexpected{system_message(errno)};
    return ListeningSocket{.socket = std::move(socket), .name = nullptr};
}

std::uint16_t port_of(const ListeningSocket& listening) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    CHECK(::getsockname(listening.socket.get(), at, &length) == 0);
    if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(at)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(at)->sin6_port);
    return 0;
}

}  // namespace tizilim::platform
