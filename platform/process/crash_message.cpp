#include "platform/process/crash_message.h"

#include "platform/check.h"

#include <array>
#include <cstddef>
#include <signal.h>
#include <string>
#include <unistd.h>

namespace tizilim::platform {
namespace {

// A signal handler reaches nothing but what is static, and may do little but write().
std::array<char, 1024> crash_text{};
std::size_t crash_text_size = 0;

void print_and_end(int signal) {
    static_cast<void>(::write(STDERR_FILENO, crash_text.data(), crash_text_size) == 0);
    // Waits until the handler returns, and meets the default action then.
    static_cast<void>(::raise(signal) == 0);
}

}  // namespace

void explain_crashes(const std::string& message) {
    crash_text_size = message.copy(crash_text.data(), crash_text.size() - 1);
    crash_text[crash_text_size++] = '\n';
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE}) {
        struct sigaction action{};
        action.sa_handler = print_and_end;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        CHECK(::sigaction(number, &action, nullptr) == 0);
    }
}

}  // namespace tizilim::platform
