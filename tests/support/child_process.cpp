#include "tests/support/child_process.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <fcntl.h>
#include <linux/prctl.h>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tizilim::support {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kEndWithin{10'000};
constexpr milliseconds kPollEvery{5};
constexpr int kCannotStart = 127;  ///< as a shell says it

/// Only what is safe between fork and exec. The child ends with the test, however that ends.
// NOLINTNEXTLINE(misc-include-cleaner): of <sys/types.h>, which stands above
[[noreturn]] void become(char* const* arguments, int output, pid_t parent) {
    sigset_t none{};
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (::getppid() == parent && nothing >= 0) {
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(output, STDOUT_FILENO);
        ::execvp(arguments[0], arguments);
    }
    ::_exit(kCannotStart);
}

pid_t spawn(const std::vector<std::string>& command, int output) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("cannot start " + command.front());
    if (pid == 0) become(arguments.data(), output, parent);
    return pid;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    output_ = ends[0];
    try {
        pid_ = spawn(command, ends[1]);
    } catch (const std::runtime_error&) {
        ::close(ends[0]);
        ::close(ends[1]);
        throw;
    }
    ::close(ends[1]);
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0) end(SIGTERM, kEndWithin);
    ::close(output_);
}

std::optional<std::string> ChildProcess::read_line(milliseconds within) {
    const auto deadline = Clock::now() + within;
    for (;;) {
        const std::size_t newline = unread_.find('\n');
        if (newline != std::string::npos) {
            std::string line = unread_.substr(0, newline);
            unread_.erase(0, newline + 1);
            return line;
        }
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
        pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
            return {};
        std::array<char, 4096> chunk{};
        const ssize_t count = ::read(output_, chunk.data(), chunk.size());
        if (count <= 0) return {};
        unread_.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

bool ChildProcess::reap(milliseconds within, int& status) {
    const auto deadline = Clock::now() + within;
    for (;;) {
        // NOLINTNEXTLINE(misc-include-cleaner): of <sys/wait.h>, which stands above
        const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
        if (ended != 0) return true;
        if (Clock::now() >= deadline) return false;
        std::this_thread::sleep_for(kPollEvery);
    }
}

std::optional<int> ChildProcess::end(int signal, milliseconds within) {
    if (pid_ <= 0) return {};
    ::kill(pid_, signal);
    int status = 0;
    bool ended = reap(within, status);
    if (!ended) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, &status, 0);
    }
    pid_ = -1;
    // NOLINTBEGIN(misc-include-cleaner): <sys/wait.h> has these; the check looks past it
    if (!ended || !WIFEXITED(status)) return {};
    return WEXITSTATUS(status);
    // NOLINTEND(misc-include-cleaner)
}

}  // namespace tizilim::support
