#include "platform/private_memory.h"

#include "platform/check.h"

#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace tizilim::platform {

void keep_memory_private() {
    // Not dumpable: also nothing for a program that the system hands the image to, which the limit
    // does not reach; and no debugger of the same user.
    CHECK(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    CHECK(::setrlimit(RLIMIT_CORE, &none) == 0);
}

}  // namespace tizilim::platform
