#include "platform/check.h"
#include "platform/files/descriptor.h"
#include "platform/process/child_process.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::platform {
namespace {

constexpr std::size_t kOutputPartBytes = std::size_t{16} * 1024;
constexpr int kCannotStart = 127;

[[noreturn]] void throw_cannot_start(const std::filesystem::path& program, int system_error) {
    throw MessageError(
        {"process.cannot_start",
         {{"path", program.string()}, {"system", as_json(system_message(system_error))}}});
}

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

Pipe open_pipe(const std::filesystem::path& program) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_cannot_start(program, errno);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// No signal reaches this thread while the object lives: a child must not run the parent's
/// handlers.
class SignalsHeld {
public:
    SignalsHeld() {
        sigset_t all{};
        sigfillset(&all);
        CHECK(::pthread_sigmask(SIG_SETMASK, &all, &before_) == 0);
    }
    ~SignalsHeld() { static_cast<void>(::pthread_sigmask(SIG_SETMASK, &before_, nullptr)); }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

private:
    sigset_t before_{};
};

/// All that the child needs between fork and exec, where nothing may be allocated.
struct Plan {
    const char* program;
    char* const* arguments;
    std::vector<int> handed_over;
    int output;
    int failure;  ///< an errno is written here; closed by a successful start
};

void reset_signals() {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    // Fails for the two that have no other disposition, and for the C library's own.
    for (int signal = 1; signal <= SIGRTMAX; ++signal)
        static_cast<void>(::sigaction(signal, &standard, nullptr));
    sigset_t none{};
    sigemptyset(&none);
    static_cast<void>(::pthread_sigmask(SIG_SETMASK, &none, nullptr));
}

/// False: errno says why.
bool arrange_descriptors(Plan& plan) {
    // First out of the way of the numbers that they are to have.
    const int above = kFirstHandedOver + static_cast<int>(plan.handed_over.size());
    plan.failure = ::fcntl(plan.failure, F_DUPFD_CLOEXEC, above);
    plan.output = ::fcntl(plan.output, F_DUPFD_CLOEXEC, above);
    if (plan.failure < 0 || plan.output < 0) return false;
    for (int& source : plan.handed_over) {
        source = ::fcntl(source, F_DUPFD_CLOEXEC, above);
        if (source < 0) return false;
    }
    int number = kFirstHandedOver;
    for (const int source : plan.handed_over)
        if (::dup2(source, number++) < 0) return false;
    const int empty = ::open("/dev/null", O_RDONLY);
    if (empty < 0 || ::dup2(empty, STDIN_FILENO) < 0) return false;
    if (empty != STDIN_FILENO) ::close(empty);
    if (::dup2(plan.output, STDOUT_FILENO) < 0 || ::dup2(plan.output, STDERR_FILENO) < 0)
        return false;
    // At exec, so that a failure can still be told.
    return ::syscall(SYS_close_range, above, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0;
}

[[noreturn]] void become(Plan& plan) {
    reset_signals();
    const int fallback = plan.failure;
    if (arrange_descriptors(plan)) ::execv(plan.program, plan.arguments);
    const int error = errno;
    // Where nobody can be told, the exit code is all there is.
    [[maybe_unused]] const ssize_t told =
        ::write(plan.failure < 0 ? fallback : plan.failure, &error, sizeof error);
    ::_exit(kCannotStart);
}

/// Nothing: the program runs.
std::optional<int> read_failure(const Descriptor& from) {
    int error = 0;
    ssize_t count = 0;
    do {
        count = ::read(from.get(), &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    return count == sizeof error ? std::optional(error) : std::nullopt;
}

}  // namespace

ChildProcess::ChildProcess(const ChildCommand& command) : output_(-1), process_(-1) {
    CHECK(command.program.is_absolute());
    std::vector<std::string> words{command.program.string()};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    Pipe output = open_pipe(command.program);
    Pipe failure = open_pipe(command.program);
    Plan plan{.program = words.front().c_str(),
              .arguments = arguments.data(),
              .handed_over = {},
              .output = output.write_end.get(),
              .failure = failure.write_end.get()};
    for (const Descriptor* handed : command.handed_over) plan.handed_over.push_back(handed->get());
    {
        const SignalsHeld held;
        pid_ = ::fork();
        if (pid_ == 0) become(plan);
    }
    if (pid_ < 0) throw_cannot_start(command.program, errno);
    process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    std::optional<int> error;
    if (process_.get() < 0) error = errno;
    failure.write_end = Descriptor(-1);
    if (const auto told = read_failure(failure.read_end)) error = told;
    if (error) {
        static_cast<void>(::kill(pid_, SIGKILL));
        static_cast<void>(::waitpid(pid_, nullptr, 0));
        throw_cannot_start(command.program, *error);
    }
    output_ = std::move(output.read_end);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : output_(std::move(other.output_)),
      process_(std::move(other.process_)),
      pid_(std::exchange(other.pid_, -1)),
      end_(other.end_) {}

ChildProcess::~ChildProcess() {
    if (pid_ < 0) return;
    kill();
    static_cast<void>(reap(0));
}

std::string ChildProcess::read_output() {
    std::string part(kOutputPartBytes, '\0');
    ssize_t count = 0;
    do {
        count = ::read(output_.get(), part.data(), part.size());
    } while (count < 0 && errno == EINTR);
    part.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return part;
}

std::optional<ChildEnd> ChildProcess::ended() {
    // NOLINTNEXTLINE(misc-include-cleaner): of <sys/wait.h>
    return reap(WNOHANG);
}

ChildEnd ChildProcess::wait() {
    const std::optional<ChildEnd> end = reap(0);
    CHECK(end.has_value());
    return *end;
}

void ChildProcess::terminate() const {
    // Fails where it has ended.
    static_cast<void>(::syscall(SYS_pidfd_send_signal, process_.get(), SIGTERM, nullptr, 0));
}

void ChildProcess::kill() const {
    static_cast<void>(::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0));
}

std::optional<ChildEnd> ChildProcess::reap(int options) {
    if (end_) return end_;
    int status = 0;
    pid_t reaped = 0;
    do {
        reaped = ::waitpid(pid_, &status, options);
    } while (reaped < 0 && errno == EINTR);
    // Only a program that ignores SIGCHLD, or waits for any child, has none to wait for.
    CHECK(reaped >= 0);
    if (reaped == 0) return {};
    // NOLINTBEGIN(misc-include-cleaner): <sys/wait.h> has these; the check looks past it.
    end_ = WIFEXITED(status) ? ChildEnd{.by_signal = false, .number = WEXITSTATUS(status)}
                             : ChildEnd{.by_signal = true, .number = WTERMSIG(status)};
    // NOLINTEND(misc-include-cleaner)
    return end_;
}

bool ChildEnd::by_terminate() const {
    return by_signal && number == SIGTERM;
}

bool die_with_parent(int parent) {
    // Between the two looks it may end, and then no signal would come.
    if (::getppid() != parent) return false;
    CHECK(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
    return ::getppid() == parent;
}

int this_process() {
    return ::getpid();
}

}  // namespace tizilim::platform
