#include "platform/process/process_memory.h"

#include "platform/check.h"

#include <linux/prctl.h>
#include <malloc.h>
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

void keep_memory_small() {
    // Else the C library gives each thread an arena of its own, which keeps what it once needed:
    // two are enough for a few short-lived handlers and one loop.
    constexpr int kArenasMax = 2;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before the first thread
    (void)::mallopt(M_ARENA_MAX, kArenasMax);  // another allocator knows no arenas
}

}  // namespace tizilim::platform
