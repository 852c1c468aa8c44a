#include "tests/support/attempt_scene.h"

#include "platform/check.h"
#include "platform/files/descriptor.h"
#include "platform/network/local_pair.h"

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <stdlib.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

namespace tizilim::support {
namespace {

using platform::Descriptor;

Descriptor local_socket(int type, const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(name.size() < sizeof address.sun_path);
    name.copy(address.sun_path, name.size());
    const std::size_t bytes = offsetof(sockaddr_un, sun_path) + name.size();
    Descriptor made(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    CHECK(::bind(made.get(), reinterpret_cast<const sockaddr*>(&address),
                 static_cast<socklen_t>(bytes)) == 0);
    if (type == SOCK_STREAM) CHECK(::listen(made.get(), SOMAXCONN) == 0);
    return made;
}

/// -1: this machine has none of that family.
template <class Address>
Descriptor listening_socket(const Address& address, int family) {
    Descriptor made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* const at = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(made.get(), at, sizeof address) != 0) return Descriptor(-1);
    CHECK(::listen(made.get(), SOMAXCONN) == 0);
    return made;
}
Descriptor listening_ipv4() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return listening_socket(address, AF_INET);
}
Descriptor listening_ipv6() {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
    return listening_socket(address, AF_INET6);
}

/// At the same place in both kinds of address.
std::uint16_t port_of(const Descriptor& socket) {
    sockaddr_in6 address{};
    socklen_t length = sizeof address;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
    return ntohs(address.sin6_port);
}

}  // namespace

AttemptScene::AttemptScene(std::optional<uid_t> account)
    : sibling_(account), pair_(platform::connected_pair()) {
    make_folders(account);
    make_sockets();
    terminal_ = Descriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    CHECK(terminal_.get() >= 0);
    sibling_descriptor_ =
        Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, sibling_.pid(), 0)));
    CHECK(sibling_descriptor_.get() >= 0);
    if (account) CHECK(::fchown(pair_.first.get(), *account, *account) == 0);
    targets_.sibling = sibling_.pid();
    targets_.sibling_descriptor = sibling_descriptor_.get();
    targets_.terminal = terminal_.get();
    targets_.pair = pair_.first.get();
}

void AttemptScene::make_folders(std::optional<uid_t> account) {
    targets_.home = root_ / "home";
    targets_.writable = root_ / "writable";
    targets_.register_file = root_ / "register" / "data.mdb";
    targets_.readable = root_ / "readable" / "ca.pem";
    for (const char* name : {"home", "writable", "register", "readable"})
        std::filesystem::create_directory(root_ / name);
    targets_.key_file = root_ / "register" / "book.key";
    for (const std::filesystem::path& file :
         {targets_.home / ".bashrc", targets_.home / "unwanted", targets_.register_file,
          targets_.key_file, targets_.readable})
        std::ofstream(file) << "content";
    if (!account) return;
    CHECK(::chown(root_.path().c_str(), *account, *account) == 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_.path()))
        CHECK(::chown(entry.path().c_str(), *account, *account) == 0);
}

void AttemptScene::make_sockets() {
    targets_.control_socket = root_ / "control.sock";
    targets_.datagram_socket = root_ / "datagram.sock";
    targets_.session_bus = root_ / "bus";
    // As unique as the folder: several scenes stand at the same time.
    const std::string abstract = root_.path().filename().string();
    control_ = local_socket(SOCK_STREAM, targets_.control_socket);
    datagrams_ = local_socket(SOCK_DGRAM, targets_.datagram_socket);
    session_bus_ = local_socket(SOCK_STREAM, targets_.session_bus);
    abstract_ = local_socket(SOCK_STREAM, std::string(1, '\0') + abstract);
    targets_.abstract_name = abstract;
    constexpr mode_t kAll = 0777;
    for (const std::filesystem::path& name :
         {targets_.control_socket, targets_.datagram_socket, targets_.session_bus})
        CHECK(::chmod(name.c_str(), kAll) == 0);
    port_ = listening_ipv4();
    port_ipv6_ = listening_ipv6();
    listening_ = listening_ipv4();
    targets_.port = port_of(port_);
    targets_.port_ipv6 = port_of(port_ipv6_);
    targets_.address = "127.0.0.1";
    targets_.address_port = targets_.port;
    targets_.listening = listening_.get();
}

}  // namespace tizilim::support
