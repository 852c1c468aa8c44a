#include "platform/process/terminal.h"

#include "platform/check.h"
#include "platform/files/descriptor.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <initializer_list>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

namespace tizilim::platform {
namespace {

/// No password and no code is longer.
constexpr std::size_t kLineBytesMax = 4096;

/// While it lives, signals that would end or stop the process wait.
class HeldSignals {
public:
    HeldSignals() : ending_(::signalfd(-1, &ending(), SFD_CLOEXEC)) {
        sigset_t held = ending();
        sigaddset(&held, SIGTSTP);
        CHECK(ending_.get() >= 0);
        CHECK(pthread_sigmask(SIG_BLOCK, &held, &mask_before_) == 0);
    }
    ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    /// Until something can be read; false when a signal came that ends the process. It goes on
    /// waiting, so that it ends it when this object goes.
    [[nodiscard]] bool wait(int terminal) const {
        std::array<pollfd, 2> awaited{pollfd{.fd = terminal, .events = POLLIN, .revents = 0},
                                      pollfd{.fd = ending_.get(), .events = POLLIN, .revents = 0}};
        int ready = 0;
        while (ready <= 0) {
            ready = ::poll(awaited.data(), awaited.size(), -1);
            if (ready < 0 && errno != EINTR) return false;
        }
        return awaited[1].revents == 0;
    }

private:
    static const sigset_t& ending() {
        static const sigset_t signals = [] {
            sigset_t made{};
            sigemptyset(&made);
            for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&made, number);
            return made;
        }();
        return signals;
    }

    const Descriptor ending_;
    sigset_t mask_before_{};
};

/// A terminal that shows nothing of what is typed, for as long as this lasts.
class Silence {
public:
    explicit Silence(int terminal) : terminal_(terminal) {
        silent_ = ::tcgetattr(terminal_, &before_) == 0;
        termios now = before_;
        now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (silent_) silent_ = ::tcsetattr(terminal_, TCSAFLUSH, &now) == 0;
    }
    ~Silence() {
        if (silent_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    [[nodiscard]] bool silent() const { return silent_; }

private:
    const int terminal_;
    termios before_{};
    bool silent_ = false;
};

void show(const Descriptor& terminal, std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = ::write(terminal.get(), text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

std::optional<std::string> line_of(const Descriptor& terminal, const HeldSignals& signals) {
    std::string line;
    while (line.size() <= kLineBytesMax && signals.wait(terminal.get())) {
        char byte = 0;
        const ssize_t got = ::read(terminal.get(), &byte, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return {};
        if (byte == '\n') return line;
        line += byte;
    }
    return {};
}

std::optional<std::string> ask_silently(const Descriptor& terminal, const HeldSignals& signals,
                                        std::string_view question) {
    const Silence silence(terminal.get());
    if (!silence.silent()) return {};
    show(terminal, question);
    std::optional<std::string> line = line_of(terminal, signals);
    show(terminal, "\n");
    return line;
}

Descriptor own_terminal() {
    return Descriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC));
}

}  // namespace

bool input_is_terminal() {
    return ::isatty(STDIN_FILENO) == 1;
}

TerminalSize terminal_size() {
    winsize said{};
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
        if (::ioctl(stream, TIOCGWINSZ, &said) == 0 && said.ws_row != 0 && said.ws_col != 0)
            return {.rows = said.ws_row, .columns = said.ws_col};
    return {};
}

std::optional<std::string> ask(std::string_view question) {
    const Descriptor terminal = own_terminal();
    if (terminal.get() < 0 || ::tcflush(terminal.get(), TCIFLUSH) != 0) return {};
    const HeldSignals signals;
    show(terminal, question);
    return line_of(terminal, signals);
}

std::optional<std::string> ask_secret(std::string_view question) {
    const Descriptor terminal = own_terminal();
    if (terminal.get() < 0) return {};
    // Goes last: the terminal is as it was before a signal that came may end the program.
    const HeldSignals signals;
    return ask_silently(terminal, signals, question);
}

}  // namespace tizilim::platform
