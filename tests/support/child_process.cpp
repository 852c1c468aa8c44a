#include "tests/support/child_process.h"

#include "platform/check.h"
#include "platform/clock.h"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <iterator>
#include <linux/prctl.h>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tizilim::support {
namespace {

constexpr std::chrono::milliseconds kPollInterval{10};
constexpr int kCannotStart = 127;

/// In the child: only what is safe between fork and exec.
[[noreturn]] void become(char* const* arguments, const char* out, const char* err) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int empty = ::open("/dev/null", O_RDONLY);
    const int out_file = ::open(out, O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int err_file = ::open(err, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (empty < 0 || out_file < 0 || err_file < 0) ::_exit(kCannotStart);
    ::dup2(empty, STDIN_FILENO);
    ::dup2(out_file, STDOUT_FILENO);
    ::dup2(err_file, STDERR_FILENO);
    ::close(empty);
    ::close(out_file);
    ::close(err_file);
    ::execv(arguments[0], arguments);
    ::_exit(kCannotStart);
}

}  // namespace

bool eventually(std::chrono::milliseconds deadline, const std::function<bool()>& condition) {
    const platform::SystemClock clock;
    const platform::Instant end = clock.now() + deadline;
    while (!condition()) {
        if (clock.now() >= end) return false;
        std::this_thread::sleep_for(kPollInterval);
    }
    return true;
}

ChildProcess::ChildProcess(const Command& command, const std::filesystem::path& out,
                           const std::filesystem::path& err) {
    Command copy = command;
    std::vector<char*> arguments;
    arguments.reserve(copy.size() + 1);
    for (std::string& argument : copy) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    pid_ = ::fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) become(arguments.data(), out.c_str(), err.c_str());
}

ChildProcess::~ChildProcess() {
    signal(SIGKILL);
    while (!reap()) std::this_thread::sleep_for(kPollInterval);
}

void ChildProcess::signal(int number) {
    if (!reap()) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds deadline) {
    (void)eventually(deadline, [this] { return reap(); });
    return ending_;
}

bool ChildProcess::reap() {
    int status = 0;
    // NOLINTBEGIN(misc-include-cleaner): <sys/wait.h> has these; the check looks past it.
    if (!ending_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        ending_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    // NOLINTEND(misc-include-cleaner)
    return ending_.has_value();
}

Finished run(const Command& command, const std::filesystem::path& folder,
             std::chrono::milliseconds deadline) {
    const std::filesystem::path out = folder / "run.out";
    const std::filesystem::path err = folder / "run.err";
    std::filesystem::remove(out);
    std::filesystem::remove(err);
    ChildProcess child(command, out, err);
    const std::optional<int> code = child.wait(deadline);
    return {.code = code, .out = text_of(out), .err = text_of(err)};
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace tizilim::support
