#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tizilim::support {

/// A program and its arguments; the program by its path.
using Command = std::vector<std::string>;

/// Asks every few milliseconds until `condition` holds; false when `deadline` has passed. The only
/// way in which these tests wait.
[[nodiscard]] bool eventually(std::chrono::milliseconds deadline,
                              const std::function<bool()>& condition);

/// A process of ours. It is killed with its object, and with the test program however that ends.
class ChildProcess {
public:
    /// Its input is empty; what it prints is added to the files `out` and `err`, which may be one.
    /// Started from one thread only: the kernel ends it with the thread that made it.
    ChildProcess(const Command& command, const std::filesystem::path& out,
                 const std::filesystem::path& err);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool running() { return !reap(); }
    void signal(int number);

    /// The exit code, or minus the signal that ended it; nothing while it still runs at the
    /// deadline.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds deadline);

private:
    bool reap();
    pid_t pid_ = -1;
    std::optional<int> ending_;
};

struct Finished {
    std::optional<int>
        code;  ///< as ChildProcess::wait says; nothing: it was killed at the deadline
    std::string out;
    std::string err;
};

/// Runs `command` to its end; what it prints passes through files in `folder`.
[[nodiscard]] Finished run(const Command& command, const std::filesystem::path& folder,
                           std::chrono::milliseconds deadline);

/// All of a file that a process of ours wrote; empty when there is none.
[[nodiscard]] std::string text_of(const std::filesystem::path& file);

}  // namespace tizilim::support
