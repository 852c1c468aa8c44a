#include "platform/process/process_memory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace tizilim::platform {
namespace {

/// What is asked for can't be taken back: in a process of its own.
TEST(PrivateMemoryDeathTest, LeavesNoImageOfACrash) {
    EXPECT_EXIT(
        {
            keep_memory_private();
            rlimit cores{};
            const bool none =
                ::getrlimit(RLIMIT_CORE, &cores) == 0 && cores.rlim_cur == 0 && cores.rlim_max == 0;
            std::exit(none && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tizilim::platform
