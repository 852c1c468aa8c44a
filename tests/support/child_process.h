#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tizilim::support {

/// A program that a test starts and ends. Its standard error is the test's own. It is killed when
/// the thread that started it ends, so that a crashed test leaves nothing behind.
class ChildProcess {
public:
    /// Looks the program up in PATH when it is no path.
    explicit ChildProcess(const std::vector<std::string>& command);
    /// Asks it to end, and waits; kills it when it does not.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// The next line of its standard output, or nothing at its end or after `within`.
    [[nodiscard]] std::optional<std::string> read_line(std::chrono::milliseconds within);
    /// Sends `signal` and waits for the end. The exit code; nothing when a signal ended it or it
    /// did not end `within` (it is killed then).
    std::optional<int> end(int signal, std::chrono::milliseconds within);
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    [[nodiscard]] bool reap(std::chrono::milliseconds within, int& status);

    pid_t pid_ = -1;
    int output_ = -1;
    std::string unread_;
};

}  // namespace tizilim::support
