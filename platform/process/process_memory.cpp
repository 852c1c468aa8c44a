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
    // Else the C library gives each thread an arena of its own, which keeps what it once needed,
    // and of which malloc_trim() leaves the end. A few threads that mostly wait can share one.
    constexpr int kArenasMax = 1;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before the first thread
    (void)::mallopt(M_ARENA_MAX, kArenasMax);  // another allocator knows no arenas
}

void give_memory_back() {
    (void)::malloc_trim(0);  // whether there was any
}

}  // namespace tizilim::platform
