/// old_kernel PROGRAM [ARGUMENTS]: becomes PROGRAM, to which the kernel answers as one that has
/// neither Landlock nor seccomp.
#include "tests/support/kernel_answers.h"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argument_count, char** arguments) {
    if (argument_count < 2) return 2;
    tizilim::support::answer(SYS_landlock_create_ruleset, ENOSYS);
    tizilim::support::answer(SYS_seccomp, ENOSYS);
    ::execv(arguments[1], arguments + 1);
    return 127;
}
