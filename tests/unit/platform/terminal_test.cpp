#include "platform/process/terminal.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace tizilim {
namespace {

/// Reads until `wanted` has come or the other end is closed.
std::string read_until(int file, std::string_view wanted) {
    std::string text;
    std::array<char, 256> part{};
    while (wanted.empty() || text.find(wanted) == std::string::npos) {
        const ssize_t got = ::read(file, part.data(), part.size());
        if (got <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
}

/// What a process in a session of its own is told, whose terminal is `name`, or which has none.
using Ask = std::optional<std::string> (*)(std::string_view question);

[[noreturn]] void ask_in_child(const char* name, int answer, Ask ask) {
    ::setsid();
    if (name != nullptr && ::open(name, O_RDWR) < 0) std::_Exit(2);
    const std::optional<std::string> told = ask("Code: ");
    const std::string text = told.value_or("nobody");
    std::_Exit(::write(answer, text.data(), text.size()) < 0 ? 3 : 0);
}

struct Child {
    explicit Child(const char* terminal, Ask ask = platform::ask_secret) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        answer = ends[0];
        pid = ::fork();
        if (pid == 0) ask_in_child(terminal, ends[1], ask);
        ::close(ends[1]);
    }
    [[nodiscard]] std::string told() const {
        std::string text = read_until(answer, {});
        EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
        ::close(answer);
        return text;
    }
    int answer = -1;
    pid_t pid = -1;
};

TEST(Terminal, AsksAndShowsNothingOfTheAnswer) {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal, 0);
    ASSERT_EQ(::grantpt(terminal), 0);
    ASSERT_EQ(::unlockpt(terminal), 0);
    std::array<char, 128> name{};
    ASSERT_EQ(::ptsname_r(terminal, name.data(), name.size()), 0);
    const Child child(name.data());

    std::string shown = read_until(terminal, "Code: ");
    constexpr std::string_view kTyped = "s3cret words\n";
    ASSERT_EQ(::write(terminal, kTyped.data(), kTyped.size()), ssize_t{kTyped.size()});

    EXPECT_EQ(child.told(), "s3cret words");
    shown += read_until(terminal, "\n");
    EXPECT_EQ(shown.find("s3cret"), std::string::npos);
    ::close(terminal);
}

TEST(Terminal, AsksAndShowsTheAnswerThatIsNoSecret) {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal, 0);
    ASSERT_EQ(::grantpt(terminal), 0);
    ASSERT_EQ(::unlockpt(terminal), 0);
    std::array<char, 128> name{};
    ASSERT_EQ(::ptsname_r(terminal, name.data(), name.size()), 0);
    const Child child(name.data(), platform::ask);

    (void)read_until(terminal, "Code: ");
    constexpr std::string_view kTyped = "17\n";
    ASSERT_EQ(::write(terminal, kTyped.data(), kTyped.size()), ssize_t{kTyped.size()});

    EXPECT_EQ(child.told(), "17");
    EXPECT_NE(read_until(terminal, "17").find("17"), std::string::npos);
    EXPECT_EQ(Child(nullptr, platform::ask).told(), "nobody");
    ::close(terminal);
}

TEST(Terminal, IsAsItWasWhenASignalEndsTheProgram) {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal, 0);
    ASSERT_EQ(::grantpt(terminal), 0);
    ASSERT_EQ(::unlockpt(terminal), 0);
    std::array<char, 128> name{};
    ASSERT_EQ(::ptsname_r(terminal, name.data(), name.size()), 0);
    const int kept_open = ::open(name.data(), O_RDWR | O_NOCTTY);
    const auto shows_what_is_typed = [&] {
        termios now{};
        EXPECT_EQ(::tcgetattr(kept_open, &now), 0);
        return (now.c_lflag & ECHO) != 0;
    };
    const Child child(name.data());
    (void)read_until(terminal, "Code: ");
    EXPECT_FALSE(shows_what_is_typed());

    ASSERT_EQ(::kill(child.pid, SIGTERM), 0);
    int ending = 0;
    ASSERT_EQ(::waitpid(child.pid, &ending, 0), child.pid);

    EXPECT_TRUE(WIFSIGNALED(ending) && WTERMSIG(ending) == SIGTERM);
    EXPECT_TRUE(shows_what_is_typed());
    ::close(child.answer);
    ::close(kept_open);
    ::close(terminal);
}

TEST(Terminal, AsksNobodyWhereThereIsNone) {
    EXPECT_EQ(Child(nullptr).told(), "nobody");
}

}  // namespace
}  // namespace tizilim
