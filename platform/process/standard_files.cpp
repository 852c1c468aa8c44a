#include "platform/process/standard_files.h"

#include "platform/check.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace tizilim::platform {

void open_standard_files() {
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
        if (::fcntl(number, F_GETFD) >= 0) continue;
        // The lowest number that is free: those below are open.
        if (::open("/dev/null", O_RDONLY) != number) ::_exit(1);
    }
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    CHECK(::sigaction(SIGXFSZ, &ignore, nullptr) == 0);
}

}  // namespace tizilim::platform
