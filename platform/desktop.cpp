#include "platform/desktop.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tizilim::platform {

namespace {

/// The process id of a program that was begun; 0: it is not installed. What it says is none of
/// ours, and it outlives this program and its terminal.
int begun(const std::vector<std::string>& command) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    if (::posix_spawn_file_actions_init(&files) != 0) return 0;
    if (::posix_spawnattr_init(&how) != 0) {
        ::posix_spawn_file_actions_destroy(&files);
        return 0;
    }
    bool is_ready = ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID) == 0;
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        is_ready =
            ::posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0) == 0 &&
            is_ready;
    int pid = 0;
    const bool is_begun = is_ready && ::posix_spawnp(&pid, words.front().c_str(), &files, &how,
                                                     arguments.data(), ::environ) == 0;
    ::posix_spawnattr_destroy(&how);
    ::posix_spawn_file_actions_destroy(&files);
    return is_begun ? pid : 0;
}

}  // namespace

bool open_on_desktop(const std::filesystem::path& file) {
    return begun({"xdg-open", file.string()}) != 0;
}

bool show_notice(const std::string& title, const std::string& text) {
    const int pid = begun({"notify-send", "--app-name=Tizilim", "--", title, text});
    if (pid == 0) return false;
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0;
}

void let_pass(std::chrono::milliseconds time) {
    static_cast<void>(::poll(nullptr, 0, static_cast<int>(time.count())));
}

}  // namespace tizilim::platform
