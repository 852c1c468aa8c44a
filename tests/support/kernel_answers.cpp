#include "tests/support/kernel_answers.h"

#include "platform/check.h"

#include <cstddef>
#include <cstdint>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <optional>
#include <sys/prctl.h>
#include <vector>

namespace tizilim::support {

void answer(long call, int error, std::optional<std::uint32_t> first_argument) {
    const auto number = static_cast<std::uint32_t>(call);
    const auto word_at = [](std::size_t offset) {
        return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
    };
    std::vector<sock_filter> steps{word_at(offsetof(seccomp_data, nr))};
    steps.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    if (first_argument) {
        steps.back().jf = 3;
        steps.push_back(word_at(offsetof(seccomp_data, args)));
        steps.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, *first_argument, 0, 1));
    }
    steps.push_back(
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)));
    steps.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{.len = static_cast<unsigned short>(steps.size()),
                             .filter = steps.data()};
    CHECK(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

}  // namespace tizilim::support
