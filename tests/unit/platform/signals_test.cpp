#include "platform/process/signals.h"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tizilim {
namespace {

using platform::Signal;

/// Runs `body` in a process of its own, so that this one's signals stay as they are. The result is
/// its exit code, or 128 and the signal that ended it.
template <class Body>
int in_child(Body body) {
    const auto child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    // NOLINTNEXTLINE(misc-include-cleaner): of <sys/wait.h>, which stands above
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int answer_to(int signal) {
    return in_child([signal] {
        platform::hold_signals();
        ::kill(::getpid(), signal);
        return platform::wait_for_signal() == Signal::reload ? 2 : 3;
    });
}

TEST(Signals, AskForAnEndOrForTheConfigurationAgain) {
    EXPECT_EQ(answer_to(SIGHUP), 2);
    EXPECT_EQ(answer_to(SIGTERM), 3);
    EXPECT_EQ(answer_to(SIGINT), 3);
    EXPECT_EQ(answer_to(SIGQUIT), 3);
}

TEST(Signals, WaitUntilTheyAreAskedForInEveryThread) {
    const int code = in_child([] {
        platform::hold_signals();
        std::jthread([] { ::raise(SIGTERM); }).join();
        ::kill(::getpid(), SIGTERM);
        return platform::wait_for_signal() == Signal::terminate ? 7 : 1;
    });

    EXPECT_EQ(code, 7);
}

TEST(Signals, AClosedPipeIsAnErrorAndNoDeath) {
    const int code = in_child([] {
        platform::hold_signals();
        int ends[2] = {-1, -1};
        if (::pipe(ends) != 0) return 1;
        ::close(ends[0]);
        return ::write(ends[1], "x", 1) == -1 ? 7 : 2;
    });

    EXPECT_EQ(code, 7);
}

}  // namespace
}  // namespace tizilim
