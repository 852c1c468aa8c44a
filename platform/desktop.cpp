#include "platform/desktop.h"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <unistd.h>

namespace tizilim::platform {

bool open_on_desktop(const std::filesystem::path& file) {
    std::string program = "xdg-open";
    std::string argument = file.string();
    const std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    if (::posix_spawn_file_actions_init(&files) != 0) return false;
    if (::posix_spawnattr_init(&how) != 0) {
        ::posix_spawn_file_actions_destroy(&files);
        return false;
    }
    // What it says is none of ours, and it outlives this program and its terminal.
    bool is_ready = ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID) == 0;
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        is_ready =
            ::posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0) == 0 &&
            is_ready;
    int pid = 0;
    const bool is_begun = is_ready && ::posix_spawnp(&pid, program.c_str(), &files, &how,
                                                     arguments.data(), ::environ) == 0;
    ::posix_spawnattr_destroy(&how);
    ::posix_spawn_file_actions_destroy(&files);
    return is_begun;
}

void let_pass(std::chrono::milliseconds time) {
    static_cast<void>(::poll(nullptr, 0, static_cast<int>(time.count())));
}

}  // namespace tizilim::platform
