#include "platform/process/crash_message.h"

#include <gtest/gtest.h>

#include <csignal>

namespace tizilim {
namespace {

TEST(CrashMessageDeathTest, SaysWhatWasWorkedOnAndEndsAllTheSame) {
    for (const int fault : {SIGABRT, SIGBUS}) {
        EXPECT_EXIT(
            {
                platform::explain_crashes("while working on FILE: restore a backup");
                (void)std::raise(fault);
            },
            testing::KilledBySignal(fault), "while working on FILE: restore a backup");
    }
}

}  // namespace
}  // namespace tizilim
