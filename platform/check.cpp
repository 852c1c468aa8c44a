#include "platform/check.h"

#include <cstdio>
#include <cstdlib>

namespace tizilim::platform {

void check_failed(const char* condition, const char* file, int line) noexcept {
    static_cast<void>(std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition));
    std::abort();
}

}  // namespace tizilim::platform
