#include "platform/process/signals.h"

#include "platform/check.h"

#include <initializer_list>
#include <signal.h>

namespace tizilim::platform {
namespace {

sigset_t awaited() {
    sigset_t signals{};
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) sigaddset(&signals, signal);
    return signals;
}

}  // namespace

void hold_signals() {
    const sigset_t signals = awaited();
    CHECK(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    CHECK(sigaction(SIGPIPE, &ignore, nullptr) == 0);
}

Signal wait_for_signal() {
    const sigset_t signals = awaited();
    int signal = 0;
    CHECK(sigwait(&signals, &signal) == 0);
    return signal == SIGHUP ? Signal::reload : Signal::terminate;
}

}  // namespace tizilim::platform
