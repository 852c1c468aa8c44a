#include "tests/process/stranger.h"

#include "platform/check.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <string>
#include <sys/poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tizilim::process {
namespace {

constexpr auto kUserAdd = "/usr/sbin/useradd";
constexpr auto kUserDel = "/usr/sbin/userdel";

int run_as_root(const support::Command& command) {
    const support::TempDirectory output;
    return support::run(command, output.path(), kCommandTime).code.value_or(-1);
}

}  // namespace

std::string Stranger::obstacle() {
    if (::geteuid() != 0) return "another user can only be made by root";
    if (!std::filesystem::exists(kUserAdd)) return "there is no useradd here";
    return {};
}

Stranger::Stranger() : name_("tizilim-test-" + std::to_string(::getpid())) {
    CHECK(run_as_root({kUserAdd, "--system", "--no-create-home", "--shell", "/bin/false", name_}) ==
          0);
    const passwd* const made = ::getpwnam(name_.c_str());
    CHECK(made != nullptr);
    user_ = made->pw_uid;
}

Stranger::~Stranger() {
    static_cast<void>(run_as_root({kUserDel, name_}));
}

Stranger::Process::Process(const Stranger& stranger, const Act& act) : pid_(::fork()) {
    CHECK(pid_ >= 0);
    if (pid_ != 0) return;
    const uid_t user = stranger.user();
    constexpr int kNoStranger = 99;
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::setgroups(0, nullptr) != 0 ||
        ::setgid(user) != 0 || ::setuid(user) != 0)
        ::_exit(kNoStranger);
    ::_exit(act());
}

Stranger::Process::~Process() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

int Stranger::Process::result() {
    int status = 0;
    CHECK(::waitpid(pid_, &status, 0) == pid_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int listen_at(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(listener, SOMAXCONN) == 0);
    return listener;
}

int listen_at(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(path.string().size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.string().size() + 1);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(listener, SOMAXCONN) == 0);
    return listener;
}

void impersonate(int listener, const std::filesystem::path& heard) {
    const std::string answer =
        "HTTP/1.0 201 Created\r\nContent-Type: application/json\r\n\r\n"
        R"({"number":1,"id":"00000000-0000-7000-8000-000000000000","version":1,)"
        R"("bytes":"I owe the bearer a million","delivery":"pending","warnings":[],"tasks":[]})";
    while (true) {
        const int client = ::accept(listener, nullptr, nullptr);
        const int file = ::open(heard.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        std::array<char, 4096> part{};
        pollfd waiting{.fd = client, .events = POLLIN, .revents = 0};
        constexpr int kSilenceMs = 300;
        while (::poll(&waiting, 1, kSilenceMs) > 0) {
            const ssize_t count = ::recv(client, part.data(), part.size(), 0);
            if (count <= 0) break;
            CHECK(::write(file, part.data(), static_cast<std::size_t>(count)) == count);
        }
        static_cast<void>(::send(client, answer.data(), answer.size(), MSG_NOSIGNAL));
        ::close(file);
        ::close(client);
    }
}

}  // namespace tizilim::process
