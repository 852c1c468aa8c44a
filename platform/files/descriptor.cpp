#include "platform/files/descriptor.h"

#include <unistd.h>
#include <utility>

namespace tizilim::platform {

Descriptor::~Descriptor() {
    if (value_ >= 0) ::close(value_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    const Descriptor before(std::exchange(value_, other.release()));
    return *this;
}

int Descriptor::release() noexcept {
    return std::exchange(value_, -1);
}

}  // namespace tizilim::platform
