#include "tests/support/attempts.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <span>
#include <string>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tizilim::support {
namespace {

/// After a call that makes a process: there the child ends at once, here it is waited for.
int error_of_child(long child) {
    if (child == 0) ::_exit(0);
    const int error = error_of(child);
    if (error == 0) static_cast<void>(::waitpid(static_cast<pid_t>(child), nullptr, 0));
    return error;
}

int start_program(const Targets&) {
    std::array<char, 5> name{"true"};
    std::array<char*, 2> arguments{name.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    return error_of(::execve("/bin/true", arguments.data(), environment.data()));
}
int start_open_program(const Targets&) {
    const int program = ::open("/bin/true", O_PATH | O_CLOEXEC);
    if (program < 0) return errno;
    std::array<char, 5> name{"true"};
    std::array<char*, 2> arguments{name.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    return error_of(
        ::syscall(SYS_execveat, program, "", arguments.data(), environment.data(), AT_EMPTY_PATH));
}
int make_process(const Targets&) {
    return error_of_child(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}
/// One that outlives it: its parent's child.
int make_process_for_parent(const Targets&) {
    const long child = ::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) ::_exit(0);
    return error_of(child);
}
int make_process_by_vfork(const Targets&) {
    const pid_t child = ::vfork();
    if (child == 0) ::_exit(0);
    const int error = error_of(child);
    if (error == 0) static_cast<void>(::waitpid(child, nullptr, 0));
    return error;
}
int make_process_by_structure(const Targets&) {
    clone_args how{};
    how.exit_signal = SIGCHLD;
    return error_of_child(::syscall(SYS_clone3, &how, sizeof how));
}
int start_thread(const Targets&) {
    bool ran = false;
    std::jthread([&ran] { ran = true; }).join();
    return ran ? 0 : ECHILD;
}
int leave_for_own_users(const Targets&) {
    return error_of(::unshare(CLONE_NEWUSER));
}
int leave_for_own_network(const Targets&) {
    return error_of(::unshare(CLONE_NEWNET));
}
int enter_its_own_network(const Targets&) {
    const int network = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    return network < 0 ? errno : error_of(::setns(network, CLONE_NEWNET));
}

int signal_sibling(const Targets& targets) {
    return error_of(::kill(targets.sibling, SIGURG));
}
int signal_thread_of_sibling(const Targets& targets) {
    return error_of(::syscall(SYS_tgkill, targets.sibling, targets.sibling, SIGURG));
}
int signal_any_thread(const Targets& targets) {
    return error_of(::syscall(SYS_tkill, targets.sibling, SIGURG));
}
int queue_signal(const Targets& targets) {
    return error_of(::sigqueue(targets.sibling, SIGURG, {}));
}
int signal_itself(const Targets&) {
    return error_of(::syscall(SYS_tgkill, ::getpid(), ::syscall(SYS_gettid), SIGURG));
}
int open_sibling(const Targets& targets) {
    return error_of(::syscall(SYS_pidfd_open, targets.sibling, 0));
}
int signal_open_sibling(const Targets& targets) {
    return error_of(
        ::syscall(SYS_pidfd_send_signal, targets.sibling_descriptor, SIGURG, nullptr, 0));
}
int take_descriptor_of_sibling(const Targets& targets) {
    return error_of(::syscall(SYS_pidfd_getfd, targets.sibling_descriptor, STDERR_FILENO, 0));
}
int send_signals_of_files_to_sibling(const Targets& targets) {
    return error_of(::fcntl(targets.pair, F_SETOWN, targets.sibling));
}

int trace_sibling(const Targets& targets) {
    return error_of(::ptrace(PTRACE_SEIZE, targets.sibling, nullptr, nullptr));
}
int read_memory_of_sibling(const Targets& targets) {
    // Where the sibling runs this program too, what is constant lies at the same place in both.
    static constexpr std::array<char, 8> kThere{"present"};
    std::array<char, 8> here{};
    const iovec to{.iov_base = here.data(), .iov_len = here.size()};
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): an iovec has no constant kind
    const iovec from{.iov_base = const_cast<char*>(kThere.data()), .iov_len = kThere.size()};
    const int error = error_of(::process_vm_readv(targets.sibling, &to, 1, &from, 1, 0));
    // It may read there; another program has nothing at that place.
    return error == EFAULT ? 0 : error;
}
int open_of_sibling(const Targets& targets, const char* name) {
    const std::string path = "/proc/" + std::to_string(targets.sibling) + "/" + name;
    return error_of(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}
int open_memory_of_sibling(const Targets& targets) {
    return open_of_sibling(targets, "mem");
}
int open_map_of_sibling(const Targets& targets) {
    return open_of_sibling(targets, "maps");
}
int become_readable(const Targets&) {
    return error_of(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

int read_limits_of_sibling(const Targets& targets) {
    rlimit limit{};
    return error_of(::prlimit(targets.sibling, RLIMIT_NOFILE, nullptr, &limit));
}
int read_own_limits(const Targets&) {
    rlimit limit{};
    return error_of(::prlimit(0, RLIMIT_NOFILE, nullptr, &limit));
}
int set_own_limits(const Targets&) {
    rlimit limit{};
    if (::prlimit(0, RLIMIT_NOFILE, nullptr, &limit) != 0) return errno;
    return error_of(::prlimit(0, RLIMIT_NOFILE, &limit, nullptr));
}
int bind_sibling_to_processor(const Targets& targets) {
    cpu_set_t all{};
    if (::syscall(SYS_sched_getaffinity, 0, sizeof all, &all) < 0) return errno;
    return error_of(::syscall(SYS_sched_setaffinity, targets.sibling, sizeof all, &all));
}
int slow_sibling(const Targets& targets) {
    return error_of(::setpriority(PRIO_PROCESS, static_cast<id_t>(targets.sibling), 19));
}
int schedule_sibling(const Targets& targets) {
    const sched_param parameters{};
    return error_of(::syscall(SYS_sched_setscheduler, targets.sibling, SCHED_BATCH, &parameters));
}

int measure(const Targets&) {
    perf_event_attr events{};
    events.type = PERF_TYPE_SOFTWARE;
    events.size = sizeof events;
    events.config = PERF_COUNT_SW_TASK_CLOCK;
    events.exclude_kernel = 1;
    return error_of(::syscall(SYS_perf_event_open, &events, 0, -1, -1, 0));
}
int make_kernel_map(const Targets&) {
    bpf_attr what{};
    what.map_type = BPF_MAP_TYPE_ARRAY;
    what.key_size = sizeof(std::uint32_t);
    what.value_size = sizeof(std::uint32_t);
    what.max_entries = 1;
    return error_of(::syscall(SYS_bpf, BPF_MAP_CREATE, &what, sizeof what));
}
int handle_page_faults(const Targets&) {
    return error_of(::syscall(SYS_userfaultfd, O_CLOEXEC));
}
int change_personality(const Targets&) {
    return error_of(::personality(READ_IMPLIES_EXEC));
}

constexpr std::array kOnProcesses{
    Attempt{"start a program", start_program, EPERM, EPERM},
    Attempt{"start an open program", start_open_program, EPERM, EPERM},
    Attempt{"make a process", make_process, EPERM, EPERM},
    Attempt{"make a process for its parent", make_process_for_parent, EPERM, EPERM},
    Attempt{"make a process by vfork", make_process_by_vfork, EPERM, EPERM},
    Attempt{"make a process by a structure", make_process_by_structure, ENOSYS, ENOSYS},
    Attempt{"start a thread", start_thread, 0, 0},
    Attempt{"leave for its own users", leave_for_own_users, EPERM, EPERM, Control::machine_decides},
    Attempt{"leave for its own network", leave_for_own_network, EPERM, EPERM,
            Control::succeeds_as_root},
    Attempt{"enter its own network", enter_its_own_network, EPERM, EPERM,
            Control::succeeds_as_root},
    Attempt{"signal the sibling", signal_sibling, EPERM, EPERM},
    Attempt{"signal a thread of the sibling", signal_thread_of_sibling, EPERM, EPERM},
    Attempt{"signal any thread", signal_any_thread, EPERM, EPERM},
    Attempt{"queue a signal", queue_signal, EPERM, EPERM},
    Attempt{"signal itself", signal_itself, 0, 0},
    Attempt{"open the sibling", open_sibling, EPERM, EPERM},
    Attempt{"signal the open sibling", signal_open_sibling, EPERM, EPERM},
    Attempt{"take a descriptor of the sibling", take_descriptor_of_sibling, EPERM, EPERM},
    Attempt{"send signals of files to the sibling", send_signals_of_files_to_sibling, EPERM,
            kNotTried},
    Attempt{"trace the sibling", trace_sibling, EPERM, EPERM},
    Attempt{"read memory of the sibling", read_memory_of_sibling, EPERM, EPERM},
    Attempt{"open the memory of the sibling", open_memory_of_sibling, EACCES, EACCES},
    // Not its content: newer kernels show root what lies where, whatever else they refuse.
    Attempt{"open the map of the sibling", open_map_of_sibling, EACCES, kNotTried},
    Attempt{"become readable for others", become_readable, EPERM, kNotTried},
    Attempt{"read limits of the sibling", read_limits_of_sibling, EPERM, EPERM},
    Attempt{"read its own limits", read_own_limits, 0, 0},
    Attempt{"set its own limits", set_own_limits, EPERM, 0},
    Attempt{"bind the sibling to a processor", bind_sibling_to_processor, EPERM, EPERM},
    Attempt{"slow the sibling", slow_sibling, EPERM, EPERM},
    Attempt{"schedule the sibling", schedule_sibling, EPERM, EPERM},
    Attempt{"measure", measure, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"make a map of the kernel", make_kernel_map, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"handle page faults", handle_page_faults, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"change its personality", change_personality, EPERM, EPERM},
};

}  // namespace

std::span<const Attempt> attempts_on_processes() {
    return kOnProcesses;
}

std::string without_control(std::span<const Attempt> attempts, std::span<const int> results,
                            bool as_root) {
    std::string lines;
    for (std::size_t at = 0; at < attempts.size(); ++at) {
        if (results[at] == 0 || succeeds_unconfined(attempts[at], as_root)) continue;
        const bool is_roots = attempts[at].control == Control::succeeds_as_root;
        lines +=
            std::string("[ REFUSED  ] ") + (is_roots ? "to this account: " : "by this machine: ");
        lines += std::string(attempts[at].name) + ": " + std::strerror(results[at]) + '\n';
    }
    return lines;
}

bool call_as_another_architecture() {
#if defined(__x86_64__)
    constexpr long kOfX32 = 0x40000000;
    static_cast<void>(::syscall(kOfX32 + SYS_getpid));  // most kernels have no calls of x32 at all
    return true;
#else
    return false;
#endif
}

}  // namespace tizilim::support
