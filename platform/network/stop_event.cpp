#include "platform/network/stop_event.h"

#include "platform/check.h"
#include "platform/files/descriptor.h"
#include "platform/network/posix_local_stream.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <unistd.h>

namespace tizilim::platform {

StopEvent::Native::Native() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    CHECK(descriptor_.get() >= 0);
}

StopEvent::StopEvent() : native_(std::make_unique<Native>()) {}
StopEvent::~StopEvent() = default;

void StopEvent::set() {
    const std::uint64_t one = 1;
    CHECK(::write(native_->descriptor(), &one, sizeof one) == sizeof one);
}

bool StopEvent::is_set() const {
    pollfd polled{.fd = native_->descriptor(), .events = POLLIN, .revents = 0};
    int ready = 0;
    do {
        ready = ::poll(&polled, 1, 0);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

}  // namespace tizilim::platform
