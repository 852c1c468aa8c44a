#include "platform/process/child_process.h"

#include "platform/files/descriptor.h"
#include "platform/text/message.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <fcntl.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::platform {
namespace {

ChildCommand shell(const std::string& script) {
    return {.program = "/bin/sh", .arguments = {"-c", script}};
}

std::string all_output(ChildProcess& child) {
    std::string all;
    for (std::string part = child.read_output(); !part.empty(); part = child.read_output())
        all += part;
    return all;
}

std::pair<Descriptor, Descriptor> pipe() {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool is_readable(const Descriptor& descriptor) {
    pollfd polled{.fd = descriptor.get(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, 0) == 1;
}

TEST(ChildProcess, HandsWhatItPrintsAndHowItEnds) {
    ChildProcess child(shell("echo out; echo err >&2; exit 7"));

    EXPECT_EQ(all_output(child), "out\nerr\n");
    EXPECT_EQ(child.wait(), (ChildEnd{.by_signal = false, .number = 7}));
    EXPECT_EQ(child.ended(), child.wait());
}

TEST(ChildProcess, TakesItsArgumentsAsTheyStand) {
    ChildProcess child({.program = "/bin/echo", .arguments = {"a b", "$HOME", ""}});

    EXPECT_EQ(all_output(child), "a b $HOME \n");
}

TEST(ChildProcess, GetsItsDescriptorsFromThreeOn) {
    auto [first_to_read, first_to_write] = pipe();
    auto [second_to_read, second_to_write] = pipe();
    ASSERT_EQ(::write(first_to_write.get(), "one\n", 4), 4);
    ASSERT_EQ(::write(second_to_write.get(), "two\n", 4), 4);
    ChildCommand command = shell("read one <&3; read two <&4; echo $one $two");
    // The other way round than they lie here.
    command.handed_over = {&first_to_read, &second_to_read};
    ChildProcess straight(command);
    const std::string in_order = all_output(straight);
    ASSERT_EQ(::write(first_to_write.get(), "one\n", 4), 4);
    ASSERT_EQ(::write(second_to_write.get(), "two\n", 4), 4);
    command.handed_over = {&second_to_read, &first_to_read};
    ChildProcess crossed(command);

    EXPECT_EQ(in_order, "one two\n");
    EXPECT_EQ(all_output(crossed), "two one\n");
}

TEST(ChildProcess, GetsNothingElseThatIsOpen) {
    constexpr int kHigh = 200;
    const Descriptor open(::dup2(STDIN_FILENO, kHigh));
    ASSERT_EQ(open.get(), kHigh);
    // The shell's own: a script that it was given by -c takes none.
    ChildProcess child(
        shell("for n in 3 4 5 6 200; do [ -e /proc/$$/fd/$n ] && echo $n; done; cat"));

    EXPECT_EQ(all_output(child), "") << "and its input is empty";
}

TEST(ChildProcess, HasSignalsAsTheSystemMeansThem) {
    sigset_t held{};
    sigset_t before{};
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &held, &before), 0);
    struct sigaction ignore{};
    struct sigaction was{};
    ignore.sa_handler = SIG_IGN;
    ASSERT_EQ(::sigaction(SIGUSR1, &ignore, &was), 0);

    ChildProcess child(
        {.program = "/bin/grep", .arguments = {"-E", "^Sig(Blk|Ign):", "/proc/self/status"}});
    const std::string signals = all_output(child);

    EXPECT_EQ(signals, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    sigset_t still{};
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, &still), 0);
    ASSERT_EQ(::sigaction(SIGUSR1, &was, nullptr), 0);
    EXPECT_EQ(sigismember(&still, SIGTERM), 1) << "the parent's are as they were";
}

TEST(ChildProcess, IsAskedToEnd) {
    ChildProcess child({.program = "/bin/sleep", .arguments = {"1000"}});
    EXPECT_EQ(child.ended(), std::nullopt);
    EXPECT_FALSE(is_readable(child.ending()));

    child.terminate();

    EXPECT_EQ(child.wait(), (ChildEnd{.by_signal = true, .number = SIGTERM}));
    EXPECT_TRUE(is_readable(child.ending()));
    child.kill();  // of one that has ended: nothing
}

TEST(ChildProcess, IsKilledWithItsObject) {
    int pid = 0;
    {
        const ChildProcess child(shell("trap '' TERM; while :; do sleep 1000; done"));
        pid = child.pid();
    }

    EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ChildProcess, SaysWhyItCannotStart) {
    try {
        const ChildProcess child({.program = "/no/such/program"});
        FAIL();
    } catch (const MessageError& error) {
        EXPECT_STREQ(error.what(), "cannot start /no/such/program: No such file or directory");
    }
}

/// A process of its own that ends with `parent_act`, after its child has begun with `child_act`.
/// Returns what the child wrote.
template <class ChildAct, class ParentAct>
std::string as_parent_and_child(ChildAct child_act, ParentAct parent_act) {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const int of_parent = this_process();
        if (::fork() == 0) {
            ::close(ends[0]);
            child_act(ends[1], of_parent);
            ::_exit(0);
        }
        parent_act(ends[0]);
        ::_exit(0);
    }
    ::close(ends[1]);
    EXPECT_EQ(::waitpid(parent, nullptr, 0), parent);
    std::string told;
    for (char c = 0; ::read(ends[0], &c, 1) == 1;) told += c;
    ::close(ends[0]);
    return told;
}

TEST(DieWithParent, EndsTheChildWhenItsParentEnds) {
    const std::string told = as_parent_and_child(
        [](int to, int parent) {
            const char first = die_with_parent(parent) ? '1' : '0';
            if (::write(to, &first, 1) != 1) return;
            while (true) ::pause();  // the pipe stays open while it lives
        },
        [](int from) {
            char first = '\0';
            if (::read(from, &first, 1) == 1 && first == '1') return;
            ::pause();
        });

    EXPECT_EQ(told, "");
}

TEST(DieWithParent, SaysThatAnotherIsTheParent) {
    EXPECT_FALSE(die_with_parent(this_process()));
}

}  // namespace
}  // namespace tizilim::platform
