#include "platform/terminal.h"

#include "platform/posix_file.h"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

namespace tizilim::platform {
namespace {

/// No password and no code is longer.
constexpr std::size_t kLineBytesMax = 4096;

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

std::optional<std::string> line_of(const Descriptor& terminal) {
    std::string line;
    while (line.size() <= kLineBytesMax) {
        char byte = 0;
        const ssize_t got = ::read(terminal.get(), &byte, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return {};
        if (byte == '\n') return line;
        line += byte;
    }
    return {};
}

}  // namespace

bool input_is_terminal() {
    return ::isatty(STDIN_FILENO) == 1;
}

std::optional<std::string> ask_secret(std::string_view question) {
    const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
    if (terminal.get() < 0) return {};
    const Silence silence(terminal.get());
    if (!silence.silent()) return {};
    show(terminal, question);
    std::optional<std::string> line = line_of(terminal);
    show(terminal, "\n");
    return line;
}

}  // namespace tizilim::platform
