#include "tests/support/confined_child.h"

#include "platform/check.h"
#include "platform/text/message.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <grp.h>
#include <linux/prctl.h>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tizilim::support {
namespace {

void become(std::optional<uid_t> account) {
    if (account) {
        CHECK(::setgroups(0, nullptr) == 0);
        CHECK(::setresgid(*account, *account, *account) == 0);
        CHECK(::setresuid(*account, *account, *account) == 0);
    }
    // A change of the account takes this away: controls read each other's memory.
    CHECK(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
}

/// All that comes until the other side is gone.
std::string read_all(int from) {
    std::string all;
    std::array<char, 256> part{};
    while (true) {
        const ssize_t got = ::read(from, part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return all;
        all.append(part.data(), static_cast<std::size_t>(got));
    }
}

void tell(int to, const std::string& text) {
    CHECK(::write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}  // namespace

Outcome in_child(std::optional<uid_t> account, const std::function<int()>& act) {
    std::array<int, 2> ends{-1, -1};
    CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    CHECK(child >= 0);
    if (child == 0) {
        become(account);
        try {
            tell(ends[1], "=" + std::to_string(act()));
        } catch (const platform::MessageError& error) {
            tell(ends[1], error.what());
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    const std::string told = read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    Outcome outcome;
    // NOLINTBEGIN(misc-include-cleaner): <sys/wait.h> has these; the check looks past it.
    if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
    // NOLINTEND(misc-include-cleaner)
    if (told.starts_with('=')) {
        outcome.code = std::stoi(told.substr(1));
    } else {
        outcome.said = told;
    }
    return outcome;
}

Sibling::Sibling(std::optional<uid_t> account) {
    std::array<int, 2> ends{-1, -1};
    CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    pid_ = ::fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
        become(account);
        // Where a security module lets parents alone trace.
        static_cast<void>(::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0));
        static_cast<void>(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
        ::close(ends[1]);
        ::close(ends[0]);
        while (true) ::pause();
    }
    // Until the child is ready.
    ::close(ends[1]);
    static_cast<void>(read_all(ends[0]));
    ::close(ends[0]);
}

Sibling::~Sibling() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

}  // namespace tizilim::support
