#include "platform/process/call_filter_linux.h"

#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <initializer_list>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>  // IWYU pragma: keep
#include <new>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace tizilim::platform {
namespace {

using Conditions = std::vector<scmp_arg_cmp>;

/// The kernel reads the lower half of an argument that is an int, and nobody promises the other.
constexpr std::uint64_t kInt = 0xffffffff;

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}
scmp_arg_cmp is(unsigned argument, std::uint64_t value) {
    return masked(argument, kInt, value);
}
scmp_arg_cmp is_not(unsigned argument, std::uint64_t value) {
    return {.arg = argument, .op = SCMP_CMP_NE, .datum_a = value, .datum_b = 0};
}
scmp_arg_cmp has_none_of(unsigned argument, std::uint64_t bits) {
    return masked(argument, bits, 0);
}
scmp_arg_cmp has_all_of(unsigned argument, std::uint64_t bits) {
    return masked(argument, bits, bits);
}

/// Calls that are younger than Debian 12's headers; the same numbers on every machine.
constexpr int kFchmodat2 = 452;
constexpr int kSetxattrat = 463;
constexpr int kRemovexattrat = 466;
constexpr int kOpenTreeAttr = 467;
constexpr int kFileSetattr = 469;

/// Every flag of clone() for a namespace of its own. CLONE_NEWTIME is none of clone()'s.
constexpr std::array<std::uint64_t, 7> kNamespaceFlags{CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                                       CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                                       CLONE_NEWNET};

/// One filter, as it is built up.
class CallFilter {
public:
    explicit CallFilter(std::uint32_t otherwise) : filter_(::seccomp_init(otherwise)) {
        if (filter_ == nullptr) throw std::bad_alloc();
        expect(::seccomp_attr_set(filter_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        expect(::seccomp_attr_set(filter_, SCMP_FLTATR_API_SYSRAWRC, 1));  // the kernel's reasons
        // A tree: a call passes some ten comparisons and not a hundred.
        expect(::seccomp_attr_set(filter_, SCMP_FLTATR_CTL_OPTIMIZE, 2));
    }
    ~CallFilter() { ::seccomp_release(filter_); }
    CallFilter(const CallFilter&) = delete;
    CallFilter& operator=(const CallFilter&) = delete;

    void deny(std::initializer_list<int> calls) {
        for (const int call : calls) add(SCMP_ACT_ERRNO(EPERM), call, {});
    }
    /// Where all `conditions` hold, each of an argument of its own.
    void deny(int call, const Conditions& conditions) {
        add(SCMP_ACT_ERRNO(EPERM), call, conditions);
    }
    /// As a kernel without it answers: whoever calls it has another way.
    void hide(int call) { add(SCMP_ACT_ERRNO(ENOSYS), call, {}); }
    void allow(std::initializer_list<int> calls) {
        for (const int call : calls) add(SCMP_ACT_ALLOW, call, {});
    }
    void allow(int call, const Conditions& conditions) { add(SCMP_ACT_ALLOW, call, conditions); }

    /// From now on it holds.
    void load() { expect(::seccomp_load(filter_)); }

private:
    void add(std::uint32_t action, int call, const Conditions& conditions) {
        expect(::seccomp_rule_add_array(
            filter_, action, call, static_cast<unsigned>(conditions.size()), conditions.data()));
    }
    static void expect(int result) {
        if (result == 0) return;
        throw MessageError(
            {"confinement.cannot_limit_calls", {{"system", as_json(system_message(-result))}}});
    }

    scmp_filter_ctx filter_;
};

void deny_connections(CallFilter& filter) {
    filter.deny({SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
                 SCMP_SYS(listen), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg)});
    // With an address a datagram goes out, and with this flag a shut listening socket connects.
    filter.deny(SCMP_SYS(sendto), {is_not(4, 0)});
    filter.deny(SCMP_SYS(sendto), {has_all_of(3, MSG_FASTOPEN)});
    // Its requests pass no filter.
    filter.deny({SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register)});
    // What others could read: they have a network.
    filter.deny({SCMP_SYS(shmget), SCMP_SYS(shmat), SCMP_SYS(shmctl), SCMP_SYS(semget),
                 SCMP_SYS(msgget), SCMP_SYS(msgsnd), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink),
                 SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl)});
    // What is typed on a terminal, a shell executes.
    filter.deny(SCMP_SYS(ioctl), {is(1, TIOCSTI)});
    filter.deny(SCMP_SYS(ioctl), {is(1, TIOCLINUX)});
}

void deny_processes(CallFilter& filter) {
    filter.deny({SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork)});
    filter.deny(SCMP_SYS(clone), {has_none_of(0, CLONE_THREAD)});
    for (const std::uint64_t flag : kNamespaceFlags)
        filter.deny(SCMP_SYS(clone), {has_all_of(0, flag)});
    filter.hide(SCMP_SYS(clone3));  // its flags are where no filter reads
    filter.deny({SCMP_SYS(ptrace),
                 SCMP_SYS(process_vm_readv),
                 SCMP_SYS(process_vm_writev),
                 SCMP_SYS(process_madvise),
                 SCMP_SYS(process_mrelease),
                 SCMP_SYS(kcmp),
                 SCMP_SYS(pidfd_open),
                 SCMP_SYS(pidfd_getfd),
                 SCMP_SYS(pidfd_send_signal),
                 SCMP_SYS(kill),
                 SCMP_SYS(tkill),
                 SCMP_SYS(rt_sigqueueinfo),
                 SCMP_SYS(rt_tgsigqueueinfo),
                 SCMP_SYS(setpriority),
                 SCMP_SYS(ioprio_set),
                 SCMP_SYS(sched_setscheduler),
                 SCMP_SYS(sched_setparam),
                 SCMP_SYS(sched_setattr),
                 SCMP_SYS(migrate_pages),
                 SCMP_SYS(move_pages)});
    filter.deny(SCMP_SYS(tgkill), {is_not(0, static_cast<std::uint64_t>(::getpid()))});
    filter.deny(SCMP_SYS(prlimit64), {is_not(0, 0)});
    filter.deny(SCMP_SYS(sched_setaffinity), {is_not(0, 0)});
}

/// What Landlock does not look at, or not in each of its versions.
void deny_changes_of_files(CallFilter& filter) {
    filter.deny({SCMP_SYS(truncate),
                 SCMP_SYS(chmod),
                 SCMP_SYS(fchmod),
                 SCMP_SYS(fchmodat),
                 kFchmodat2,
                 SCMP_SYS(chown),
                 SCMP_SYS(lchown),
                 SCMP_SYS(fchown),
                 SCMP_SYS(fchownat),
                 SCMP_SYS(utime),
                 SCMP_SYS(utimes),
                 SCMP_SYS(futimesat),
                 SCMP_SYS(utimensat),
                 SCMP_SYS(setxattr),
                 SCMP_SYS(lsetxattr),
                 SCMP_SYS(fsetxattr),
                 kSetxattrat,
                 SCMP_SYS(removexattr),
                 SCMP_SYS(lremovexattr),
                 SCMP_SYS(fremovexattr),
                 kRemovexattrat,
                 kFileSetattr,
                 SCMP_SYS(open_by_handle_at)});
    // To open for reading and yet to empty it.
    constexpr std::uint64_t kMode = O_ACCMODE | O_TRUNC;
    filter.deny(SCMP_SYS(open), {masked(1, kMode, O_RDONLY | O_TRUNC)});
    filter.deny(SCMP_SYS(openat), {masked(2, kMode, O_RDONLY | O_TRUNC)});
    // The fourth access mode, for neither, which empties as well: Landlock sees no access in it.
    filter.deny(SCMP_SYS(open), {has_all_of(1, O_ACCMODE)});
    filter.deny(SCMP_SYS(openat), {has_all_of(2, O_ACCMODE)});
    filter.hide(SCMP_SYS(openat2));  // its flags are where no filter reads
}

/// The machine itself: what only root may call, or what has shown itself as a way to become root.
void deny_machine(CallFilter& filter) {
    filter.deny({SCMP_SYS(unshare),         SCMP_SYS(setns),         SCMP_SYS(chroot),
                 SCMP_SYS(pivot_root),      SCMP_SYS(mount),         SCMP_SYS(umount2),
                 SCMP_SYS(open_tree),       kOpenTreeAttr,           SCMP_SYS(move_mount),
                 SCMP_SYS(fsopen),          SCMP_SYS(fsconfig),      SCMP_SYS(fsmount),
                 SCMP_SYS(fspick),          SCMP_SYS(mount_setattr), SCMP_SYS(bpf),
                 SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),   SCMP_SYS(fanotify_init),
                 SCMP_SYS(lookup_dcookie),  SCMP_SYS(personality),   SCMP_SYS(modify_ldt)});
    filter.deny({SCMP_SYS(kexec_load),    SCMP_SYS(kexec_file_load), SCMP_SYS(init_module),
                 SCMP_SYS(finit_module),  SCMP_SYS(delete_module),   SCMP_SYS(reboot),
                 SCMP_SYS(swapon),        SCMP_SYS(swapoff),         SCMP_SYS(acct),
                 SCMP_SYS(quotactl),      SCMP_SYS(quotactl_fd),     SCMP_SYS(iopl),
                 SCMP_SYS(ioperm),        SCMP_SYS(settimeofday),    SCMP_SYS(clock_settime),
                 SCMP_SYS(adjtimex),      SCMP_SYS(clock_adjtime),   SCMP_SYS(sethostname),
                 SCMP_SYS(setdomainname), SCMP_SYS(syslog),          SCMP_SYS(vhangup)});
}

void allow_sockets(CallFilter& filter) {
    const std::uint64_t type = kInt & ~std::uint64_t{SOCK_NONBLOCK | SOCK_CLOEXEC};
    const auto allow_ip = [&](std::uint64_t family, std::uint64_t kind, std::uint64_t protocol) {
        filter.allow(SCMP_SYS(socket), {is(0, family), masked(1, type, kind), is(2, protocol)});
    };
    for (const std::uint64_t family : std::array<std::uint64_t, 2>{AF_INET, AF_INET6}) {
        for (const std::uint64_t protocol : {IPPROTO_IP, IPPROTO_TCP})
            allow_ip(family, SOCK_STREAM, protocol);
        for (const std::uint64_t protocol : {IPPROTO_IP, IPPROTO_UDP})
            allow_ip(family, SOCK_DGRAM, protocol);
    }
    for (const std::uint64_t kind : {SOCK_RAW, SOCK_DGRAM})
        allow_ip(AF_NETLINK, kind, NETLINK_ROUTE);
    filter.allow(SCMP_SYS(socketpair), {is(0, AF_UNIX), masked(1, type, SOCK_STREAM)});
    filter.allow({SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(shutdown), SCMP_SYS(sendto),
                  SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
                  SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname),
                  SCMP_SYS(getpeername)});
}

void allow_files(CallFilter& filter) {
    filter.allow(SCMP_SYS(openat), {has_none_of(2, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND |
                                                       O_PATH | (O_TMPFILE & ~O_DIRECTORY))});
    filter.allow({SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write),
                  SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(getdents64),
                  SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
                  SCMP_SYS(statx), SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(poll),
                  SCMP_SYS(ppoll)});
    for (const std::uint64_t command :
         std::array<std::uint64_t, 6>{F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC})
        filter.allow(SCMP_SYS(fcntl), {is(1, command)});
    for (const std::uint64_t request : std::array<std::uint64_t, 2>{FIONREAD, FIONBIO})
        filter.allow(SCMP_SYS(ioctl), {is(1, request)});
}

/// Memory, threads, signals and time of the process itself.
void allow_itself(CallFilter& filter) {
    filter.allow(SCMP_SYS(mmap), {has_none_of(2, PROT_EXEC)});
    filter.allow(SCMP_SYS(mprotect), {has_none_of(2, PROT_EXEC)});
    filter.allow({SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)});

    std::uint64_t flags = CLONE_THREAD;
    for (const std::uint64_t flag : kNamespaceFlags) flags |= flag;
    filter.allow(SCMP_SYS(clone), {masked(0, flags, CLONE_THREAD)});
    filter.hide(SCMP_SYS(clone3));  // its flags are where no filter reads
    filter.allow({SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
                  SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu), SCMP_SYS(exit),
                  SCMP_SYS(exit_group)});
    filter.allow(SCMP_SYS(prctl), {is(0, PR_SET_NAME)});

    filter.allow(SCMP_SYS(tgkill), {is(0, static_cast<std::uint64_t>(::getpid()))});
    filter.allow({SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
                  SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait),
                  SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall)});

    filter.allow({SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep),
                  SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time)});
    filter.allow({SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid),
                  SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname),
                  SCMP_SYS(sysinfo), SCMP_SYS(getrandom), SCMP_SYS(getrusage)});
    filter.allow(SCMP_SYS(prlimit64), {is(0, 0), {2, SCMP_CMP_EQ, 0, 0}});
}

}  // namespace

bool has_call_filters() {
    const std::uint32_t action = SECCOMP_RET_ERRNO;
    return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

void forbid_calls_of_register() {
    CallFilter filter(SCMP_ACT_ALLOW);
    deny_connections(filter);
    deny_processes(filter);
    deny_changes_of_files(filter);
    deny_machine(filter);
    filter.load();
}

void allow_calls_of_network() {
    CallFilter filter(SCMP_ACT_ERRNO(EPERM));
    allow_sockets(filter);
    allow_files(filter);
    allow_itself(filter);
    filter.load();
}

}  // namespace tizilim::platform
