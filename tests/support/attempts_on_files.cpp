#include "tests/support/attempts.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <span>
#include <string>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace tizilim::support {
namespace {

constexpr mode_t kMode = 0600;
constexpr std::size_t kPageBytes = 4096;

/// Opens and closes it.
int open_error(const std::filesystem::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, kMode);
    const int error = error_of(descriptor);
    if (descriptor >= 0) ::close(descriptor);
    return error;
}

int read_register(const Targets& targets) {
    return open_error(targets.register_file, O_RDONLY);
}
int read_key(const Targets& targets) {
    return open_error(targets.key_file, O_RDONLY);
}
int read_what_it_may(const Targets& targets) {
    return open_error(targets.readable, O_RDONLY);
}
int list_home(const Targets& targets) {
    return open_error(targets.home, O_RDONLY | O_DIRECTORY);
}
int see_register(const Targets& targets) {
    struct stat status{};
    return error_of(::stat(targets.register_file.c_str(), &status));
}
int locate_register(const Targets& targets) {
    return open_error(targets.register_file, O_PATH);
}
int make_file_in_home(const Targets& targets) {
    return open_error(targets.home / "new", O_WRONLY | O_CREAT);
}
int make_file_where_it_may(const Targets& targets) {
    return open_error(targets.writable / "new", O_RDWR | O_CREAT);
}
int make_file_for_all(const Targets&) {
    const std::string name = "/tmp/tizilim-test-" + std::to_string(::getpid());
    const int error = open_error(name, O_WRONLY | O_CREAT);
    if (error == 0) ::unlink(name.c_str());
    return error;
}
int make_nameless_file(const Targets& targets) {
    return open_error(targets.home, O_RDWR | O_TMPFILE);
}
int make_shared_file(const Targets&) {
    const std::string name = "/dev/shm/tizilim-test-" + std::to_string(::getpid());
    const int error = open_error(name, O_RDWR | O_CREAT);
    if (error == 0) ::unlink(name.c_str());
    return error;
}
int write_what_a_shell_runs(const Targets& targets) {
    return open_error(targets.home / ".bashrc", O_WRONLY | O_APPEND);
}
int make_folder_in_home(const Targets& targets) {
    return error_of(::mkdir((targets.home / "autostart").c_str(), kMode));
}
int make_link_by_name(const Targets& targets) {
    return error_of(::symlink("/", (targets.writable / "root").c_str()));
}
int make_named_pipe(const Targets& targets) {
    return error_of(::mkfifo((targets.writable / "pipe").c_str(), kMode));
}
int take_in_foreign_file(const Targets& targets) {
    return error_of(
        ::link((targets.home / ".bashrc").c_str(), (targets.writable / "linked").c_str()));
}
int rename_in_home(const Targets& targets) {
    const std::filesystem::path from = targets.home / ".bashrc";
    const std::filesystem::path to = targets.home / "renamed";
    const int error = error_of(::rename(from.c_str(), to.c_str()));
    if (error == 0) static_cast<void>(::rename(to.c_str(), from.c_str()));
    return error;
}
int remove_from_home(const Targets& targets) {
    return error_of(::unlink((targets.home / "unwanted").c_str()));
}
int rename_where_it_may(const Targets& targets) {
    const std::filesystem::path from = targets.writable / "before";
    const int error = open_error(from, O_WRONLY | O_CREAT);
    if (error != 0) return error;
    if (::mkdir((targets.writable / "folder").c_str(), 0700) != 0) return errno;
    return error_of(::rename(from.c_str(), (targets.writable / "folder" / "after").c_str()));
}
int truncate_register(const Targets& targets) {
    return error_of(::truncate(targets.register_file.c_str(), 1));
}
int empty_by_reading(const Targets& targets) {
    return open_error(targets.register_file, O_RDONLY | O_TRUNC);
}
/// Neither for reading nor for writing: the kernel's rules on files see no access in it.
constexpr int kOpenAndEmpty = O_ACCMODE | O_TRUNC;
int empty_by_opening_for_neither(const Targets& targets) {
    return open_error(targets.register_file, kOpenAndEmpty);
}
int hold_for_neither(const Targets& targets) {
    return open_error(targets.register_file, O_ACCMODE);
}
#ifdef SYS_open
int empty_by_old_call(const Targets& targets) {
    const char* const path = targets.register_file.c_str();
    const long descriptor = ::syscall(SYS_open, path, kOpenAndEmpty | O_CLOEXEC, 0);
    return error_of(descriptor);
}
int empty_by_creating(const Targets& targets) {
    return error_of(::syscall(SYS_creat, (targets.home / ".bashrc").c_str(), kMode));
}
#endif
int change_mode(const Targets& targets) {
    return error_of(::chmod(targets.register_file.c_str(), kMode));
}
int change_mode_of_open_file(const Targets& targets) {
    return error_of(::fchmod(targets.pair, kMode));
}
int change_owner(const Targets& targets) {
    return error_of(::chown(targets.register_file.c_str(), ::geteuid(), ::getegid()));
}
int change_times(const Targets& targets) {
    return error_of(::utimensat(AT_FDCWD, targets.register_file.c_str(), nullptr, 0));
}
int change_attribute(const Targets& targets) {
    return error_of(::setxattr(targets.register_file.c_str(), "user.test", "1", 1, 0));
}
int watch_files(const Targets&) {
    return error_of(::inotify_init1(IN_CLOEXEC));
}
int watch_register(const Targets& targets) {
    const int watching = ::inotify_init1(IN_CLOEXEC);
    // The second call is tried whatever the first came to.
    const int descriptor = watching < 0 ? targets.pair : watching;
    const std::filesystem::path folder = targets.register_file.parent_path();
    return error_of(::inotify_add_watch(descriptor, folder.c_str(), IN_ALL_EVENTS));
}
int open_by_structure(const Targets& targets) {
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC;
    return error_of(::syscall(SYS_openat2, AT_FDCWD, targets.readable.c_str(), &how, sizeof how));
}
int open_by_handle(const Targets& targets) {
    constexpr unsigned kHandleBytes = 128;
    alignas(file_handle) std::array<char, sizeof(file_handle) + kHandleBytes> space{};
    auto* const handle = reinterpret_cast<file_handle*>(space.data());
    handle->handle_bytes = kHandleBytes;
    int mount = 0;
    const char* const path = targets.register_file.c_str();
    if (::name_to_handle_at(AT_FDCWD, path, handle, &mount, 0) != 0) return errno;
    const int folder = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return error_of(::open_by_handle_at(folder, handle, O_RDONLY));
}
int mount_over_home(const Targets& targets) {
    const int error = error_of(::mount("none", targets.home.c_str(), "tmpfs", 0, nullptr));
    if (error == 0) static_cast<void>(::umount2(targets.home.c_str(), MNT_DETACH));
    return error;
}
int change_root(const Targets&) {
    return error_of(::chroot("/"));
}
int make_file_in_memory(const Targets&) {
    return error_of(::memfd_create("test", MFD_CLOEXEC));
}
int make_shared_memory(const Targets&) {
    const int id = ::shmget(IPC_PRIVATE, kPageBytes, IPC_CREAT | static_cast<int>(kMode));
    const int error = error_of(id);
    if (error == 0) static_cast<void>(::shmctl(id, IPC_RMID, nullptr));
    return error;
}
int make_queue_of_messages(const Targets&) {
    const int id = ::msgget(IPC_PRIVATE, IPC_CREAT | static_cast<int>(kMode));
    const int error = error_of(id);
    if (error == 0) static_cast<void>(::msgctl(id, IPC_RMID, nullptr));
    return error;
}
int map_code(const Targets&) {
    const void* const at = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? errno : 0;
}
int make_code_of_memory(const Targets&) {
    void* const at =
        ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return errno;
    return error_of(::mprotect(at, kPageBytes, PROT_READ | PROT_EXEC));
}
int add_key_to_ring(const Targets&) {
    constexpr int kProcessKeyring = -2;
    return error_of(::syscall(SYS_add_key, "user", "tizilim-test", "1", 1UL, kProcessKeyring));
}
int read_ring_of_keys(const Targets&) {
    constexpr int kUserKeyring = -4;
    std::array<char, 64> keys{};
    return error_of(
        ::syscall(SYS_keyctl, KEYCTL_READ, kUserKeyring, keys.data(), keys.size(), 0UL));
}
int start_ring_of_requests(const Targets&) {
    alignas(std::uint64_t) std::array<char, 256> parameters{};
    return error_of(::syscall(SYS_io_uring_setup, 1, parameters.data()));
}

constexpr std::array kOnFiles{
    Attempt{"read the register", read_register, EACCES, 0},
    Attempt{"read the register's key", read_key, EACCES, 0},
    Attempt{"read what it may", read_what_it_may, 0, 0},
    Attempt{"list the home folder", list_home, EACCES, 0},
    Attempt{"see that the register exists", see_register, 0, 0},
    Attempt{"hold the register's place", locate_register, EPERM, 0},
    Attempt{"make a file in the home folder", make_file_in_home, EPERM, EACCES},
    Attempt{"make a file where it may", make_file_where_it_may, EPERM, 0},
    Attempt{"make a file in the folder for all", make_file_for_all, EPERM, EACCES},
    Attempt{"make a file without a name", make_nameless_file, EPERM, EACCES},
    Attempt{"make a shared file", make_shared_file, EPERM, EACCES},
    Attempt{"write what a shell runs", write_what_a_shell_runs, EPERM, EACCES},
    Attempt{"make a folder in the home folder", make_folder_in_home, EPERM, EACCES},
    Attempt{"make a link by name", make_link_by_name, EPERM, EACCES},
    Attempt{"make a named pipe", make_named_pipe, EPERM, EACCES},
    Attempt{"take a foreign file into its folder", take_in_foreign_file, EPERM, EXDEV},
    Attempt{"rename a file of the home folder", rename_in_home, EPERM, EACCES},
    Attempt{"remove a file of the home folder", remove_from_home, EPERM, EACCES},
    Attempt{"move a file to another folder where it may", rename_where_it_may, EPERM, 0},
    Attempt{"cut the register", truncate_register, EPERM, EPERM},
    Attempt{"empty the register as it is opened to read", empty_by_reading, EPERM, EPERM},
    Attempt{"empty the register as it is opened for neither", empty_by_opening_for_neither, EPERM,
            EPERM},
    Attempt{"open the register for neither", hold_for_neither, EPERM, EPERM},
#ifdef SYS_open
    Attempt{"empty the register by the old call", empty_by_old_call, EPERM, EPERM},
    Attempt{"empty what a shell runs by creating it", empty_by_creating, EPERM, EACCES},
#endif
    Attempt{"change the register's mode", change_mode, EPERM, EPERM},
    Attempt{"change the mode of what is open", change_mode_of_open_file, EPERM, EPERM},
    Attempt{"change the register's owner", change_owner, EPERM, EPERM},
    Attempt{"change the register's times", change_times, EPERM, EPERM},
    Attempt{"change the register's attributes", change_attribute, EPERM, EPERM},
    Attempt{"watch files", watch_files, EPERM, 0},
    Attempt{"watch the register's folder", watch_register, EPERM, 0},
    Attempt{"open a file by a structure", open_by_structure, EPERM, ENOSYS},
    Attempt{"open the register by its handle", open_by_handle, EPERM, EPERM,
            Control::succeeds_as_root},
    Attempt{"mount over the home folder", mount_over_home, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"change the root folder", change_root, EPERM, EPERM, Control::succeeds_as_root},
    Attempt{"make a file in memory", make_file_in_memory, EPERM, 0},
    Attempt{"make shared memory", make_shared_memory, EPERM, EPERM},
    Attempt{"make a queue of messages", make_queue_of_messages, EPERM, EPERM},
    Attempt{"map memory as code", map_code, EPERM, 0},
    Attempt{"make code of memory", make_code_of_memory, EPERM, 0},
    Attempt{"add a key to a ring", add_key_to_ring, EPERM, EPERM},
    Attempt{"read a ring of keys", read_ring_of_keys, EPERM, EPERM},
    Attempt{"start a ring of requests", start_ring_of_requests, EPERM, EPERM,
            Control::machine_decides},
};

}  // namespace

std::span<const Attempt> attempts_on_files() {
    return kOnFiles;
}

}  // namespace tizilim::support
