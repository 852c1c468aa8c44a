#include "platform/process/confinement.h"

#include "platform/check.h"
#include "platform/curl/curl_transport.h"
#include "platform/files/descriptor.h"
#include "platform/files/file.h"
#include "platform/network/http_transport.h"
#include "platform/network/local_pair.h"
#include "platform/network/local_stream.h"
#include "platform/text/message.h"
#include "tests/support/attempt_scene.h"
#include "tests/support/attempts.h"
#include "tests/support/confined_child.h"
#include "tests/support/kernel_answers.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/platform/tls_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <linux/seccomp.h>
#include <optional>
#include <ostream>
#include <signal.h>
#include <span>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::platform {
namespace {

using support::Attempt;
using support::AttemptScene;
using support::Control;
using support::in_child;
using support::Inside;
using support::Outcome;
using support::Targets;

/// Some account without any right of its own.
constexpr uid_t kNobody = 65534;
/// Debian 12's kernel has the second version of the rules on files.
constexpr int kOldVersion = 2;

/// No error has this number.
constexpr int kNotReached = -2;

/// Numbers that a child writes and its parent reads.
class SharedNumbers {
public:
    SharedNumbers(std::size_t count, int value)
        : bytes_(count * sizeof(int)),
          memory_(
              ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        CHECK(memory_ != MAP_FAILED);
        std::fill_n(static_cast<int*>(memory_), count, value);
    }
    ~SharedNumbers() { ::munmap(memory_, bytes_); }
    SharedNumbers(const SharedNumbers&) = delete;
    SharedNumbers& operator=(const SharedNumbers&) = delete;
    [[nodiscard]] int& operator[](std::size_t at) const { return static_cast<int*>(memory_)[at]; }

private:
    std::size_t bytes_;
    void* memory_;
};

struct Case {
    bool network;    ///< of the two programs
    bool as_nobody;  ///< not as root; else as whoever runs the test
    ConfinementOptions options;
};

void PrintTo(const Case& tried, std::ostream* out) {
    *out << (tried.network ? "network" : "register") << (tried.as_nobody ? ", nobody" : "")
         << ", rules of version " << tried.options.rules_version_max << " at most";
}

/// An account that is not root: nothing where the caller's own is none.
std::optional<uid_t> nobody() {
    return ::geteuid() == 0 ? std::optional(kNobody) : std::nullopt;
}

/// 0, or the error of `attempt` where there is no confinement.
int without_confinement(const Attempt& attempt, std::optional<uid_t> account,
                        const AttemptScene& scene) {
    const Outcome outcome = in_child(account, [&] { return attempt.act(scene.targets()); });
    // A program that was started in its place has succeeded.
    if (outcome.was_replaced()) return 0;
    EXPECT_TRUE(outcome.code.has_value()) << outcome.said << ", signal " << outcome.signal;
    return outcome.code.value_or(kNotReached);
}

class ConfinementAttempts : public testing::TestWithParam<Case> {
protected:
    void SetUp() override {
        if (offered_confinement(GetParam().options).size() != 2)
            GTEST_SKIP() << "this kernel has not both of Landlock and seccomp";
    }

    static std::optional<uid_t> account() { return GetParam().as_nobody ? nobody() : std::nullopt; }
    static void confine(const Targets& targets) {
        const auto offered = offered_confinement(GetParam().options);
        const auto held =
            GetParam().network
                ? confine_network({targets.readable.parent_path()}, GetParam().options)
                : confine_register({targets.writable}, GetParam().options);
        CHECK(held == offered);
    }
    static std::optional<int> expected_of(const Attempt& attempt) {
        const auto program = GetParam().network ? Inside::network : Inside::registering;
        return support::expected_of(attempt, program, GetParam().options.rules_version_max);
    }
    static void try_all(std::span<const Attempt> attempts);
};

/// One program tries all, one after the other.
void ConfinementAttempts::try_all(std::span<const Attempt> attempts) {
    const AttemptScene scene(account());
    const SharedNumbers results(attempts.size(), kNotReached);

    const Outcome outcome = in_child(account(), [&] {
        confine(scene.targets());
        for (std::size_t at = 0; at < attempts.size(); ++at)
            if (expected_of(attempts[at])) results[at] = attempts[at].act(scene.targets());
        return 0;
    });

    EXPECT_EQ(outcome.code, 0) << outcome.said << ", signal " << outcome.signal;
    for (std::size_t at = 0; at < attempts.size(); ++at) {
        const Attempt& attempt = attempts[at];
        const std::optional<int> expected = expected_of(attempt);
        if (!expected || results[at] == *expected) continue;
        // What this machine has not, no program can have.
        const bool may_be_missing = *expected == 0 && attempt.control == Control::machine_decides;
        if (may_be_missing && without_confinement(attempt, account(), AttemptScene(account())) != 0)
            continue;
        ADD_FAILURE() << attempt.name << ": " << results[at] << " instead of " << *expected;
    }
}

TEST_P(ConfinementAttempts, OnFilesMeetTheirError) {
    try_all(support::attempts_on_files());
}

TEST_P(ConfinementAttempts, OnProcessesMeetTheirError) {
    try_all(support::attempts_on_processes());
}

TEST_P(ConfinementAttempts, OnSocketsMeetTheirError) {
    try_all(support::attempts_on_sockets());
}

TEST_P(ConfinementAttempts, ByCallsOfAnotherArchitectureEndTheProgram) {
    const AttemptScene scene(account());
    const auto act = [] { return support::call_as_another_architecture() ? 1 : 0; };

    const Outcome control = in_child(account(), act);
    const Outcome confined = in_child(account(), [&] {
        confine(scene.targets());
        return act();
    });

    if (control.code == 0) GTEST_SKIP() << "this machine has one architecture";
    EXPECT_EQ(control.code, 1);
    EXPECT_EQ(confined.signal, SIGSYS);
}

INSTANTIATE_TEST_SUITE_P(Programs, ConfinementAttempts,
                         testing::Values(Case{true, false, {}}, Case{true, true, {}},
                                         Case{true, true, {.rules_version_max = kOldVersion}},
                                         Case{false, false, {}}, Case{false, true, {}},
                                         Case{false, true, {.rules_version_max = kOldVersion}}),
                         [](const testing::TestParamInfo<Case>& of) {
                             const Case& tried = of.param;
                             return std::string(tried.network ? "Network" : "Register") +
                                    (tried.as_nobody ? "AsNobody" : "") +
                                    (tried.options.rules_version_max == kOldVersion ? "ByOldRules"
                                                                                    : "");
                         });

class AttemptsWithoutConfinement : public testing::TestWithParam<bool> {
protected:
    static void try_all(std::span<const Attempt> attempts) {
        const auto account = GetParam() ? nobody() : std::nullopt;
        const AttemptScene scene(account);
        const bool is_root = ::geteuid() == 0 && !account;
        std::vector<int> results;
        for (const Attempt& attempt : attempts) {
            const int result = without_confinement(attempt, account, scene);
            results.push_back(result);
            EXPECT_TRUE(result == 0 || !support::succeeds_unconfined(attempt, is_root))
                << attempt.name << ": " << result;
        }
        std::cout << support::without_control(attempts, results, is_root);
    }
};

TEST_P(AttemptsWithoutConfinement, OnFilesSucceed) {
    try_all(support::attempts_on_files());
}

TEST_P(AttemptsWithoutConfinement, OnProcessesSucceed) {
    try_all(support::attempts_on_processes());
}

TEST_P(AttemptsWithoutConfinement, OnSocketsSucceed) {
    try_all(support::attempts_on_sockets());
}

INSTANTIATE_TEST_SUITE_P(Accounts, AttemptsWithoutConfinement, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& of) {
                             return std::string(of.param ? "AsNobody" : "AsItself");
                         });

int count_held(bool network) {
    const auto held = network ? confine_network({}) : confine_register({});
    return static_cast<int>(held.size());
}

TEST(Confinement, HoldsNothingWhereTheKernelHasNone) {
    const support::TempDirectory folder;
    for (const bool network : {false, true}) {
        const Outcome outcome = in_child({}, [&] {
            support::answer(SYS_landlock_create_ruleset, ENOSYS);
            support::answer(SYS_seccomp, ENOSYS);
            if (!offered_confinement().empty() || count_held(network) != 0) return 1;
            std::ofstream file(folder / "written");
            return file.is_open() ? 0 : 2;
        });

        EXPECT_EQ(outcome.code, 0) << outcome.said;
    }
}

TEST(Confinement, HoldsWhatTheKernelHas) {
    if (offered_confinement().size() != 2) GTEST_SKIP() << "this kernel has not both";

    const Outcome filters = in_child({}, [] {
        support::answer(SYS_landlock_create_ruleset, EOPNOTSUPP);
        return confine_register({}) == Confinement{"seccomp"} ? 0 : 1;
    });
    const Outcome rules = in_child({}, [] {
        support::answer(SYS_seccomp, EINVAL);
        const auto held = confine_register({}, {.rules_version_max = kOldVersion});
        return held == Confinement{"landlock:2"} ? 0 : 1;
    });

    EXPECT_EQ(filters.code, 0) << filters.said;
    EXPECT_EQ(rules.code, 0) << rules.said;
}

TEST(Confinement, SaysWhatTheKernelRefuses) {
    if (offered_confinement().size() != 2) GTEST_SKIP() << "this kernel has not both";

    const Outcome rules = in_child({}, [] {
        support::answer(SYS_landlock_restrict_self, EPERM);
        return count_held(true);
    });
    const Outcome filters = in_child({}, [] {
        support::answer(SYS_seccomp, EFAULT, SECCOMP_SET_MODE_FILTER);
        return count_held(true);
    });

    EXPECT_EQ(rules.said, "cannot confine this program to its folders: Operation not permitted");
    EXPECT_EQ(filters.said, "cannot confine this program's calls of the system: Bad address");
}

TEST(Confinement, NamesAFolderThatIsNone) {
    if (offered_confinement().size() != 2) GTEST_SKIP() << "this kernel has not both";
    const support::TempDirectory folder;
    write_file_atomically(folder / "file", "content");

    const Outcome outcome = in_child({}, [&] {
        static_cast<void>(confine_network({folder / "missing", folder / "file"}));
        return 0;
    });

    EXPECT_NE(outcome.said.find((folder / "file").string()), std::string::npos) << outcome.said;
}

TEST(ConfinementDeathTest, LetsAProgramEnd) {
    const auto end_confined = [](bool network) {
        const int held = count_held(network);
        std::exit(held <= 2 ? 0 : 1);
    };

    EXPECT_EXIT(end_confined(false), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(end_confined(true), testing::ExitedWithCode(0), "");
}

TEST(ConfinementDeathTest, IsForAProgramOfOneThread) {
    const Outcome outcome = in_child({}, [] {
        const std::jthread other([] { ::pause(); });
        return count_held(false);
    });

    EXPECT_EQ(outcome.signal, SIGABRT);
}

/// A server with a certificate of its own CA, and a client that trusts what lies in `folder_`.
class ConfinedExchange : public testing::Test {
protected:
    void SetUp() override {
        if (offered_confinement().empty()) GTEST_SKIP() << "this kernel has neither";
        ::signal(SIGPIPE, SIG_IGN);  // as hold_signals() does in the program
        for (const char* name : {"first", "second"})
            support::make_certificate(made_ / (std::string(name) + ".pem"),
                                      made_ / (std::string(name) + ".key"),
                                      "DNS:localhost,IP:127.0.0.1");
        put("first");
    }
    [[nodiscard]] support::TlsServer serve(const std::string& name) const {
        return {made_ / (name + ".pem"), made_ / (name + ".key")};
    }
    /// Beside the old one, renamed over it: as a system's CA bundle and resolver file are replaced.
    void put(const std::string& name) const {
        const auto content = read_file(made_ / (name + ".pem"), std::size_t{64} * 1024);
        write_file_atomically(folder_ / "ca.pem", content);
    }
    [[nodiscard]] CurlTransport client() const {
        return {CurlOptions{.ca_file = folder_ / "ca.pem", .client_certificate = {}, .proxy = ""},
                {}};
    }
    static int status_of(CurlTransport& transport, const std::string& url) {
        HttpRequest request;
        request.url = url;
        request.idempotent = true;
        const auto answer =
            transport.send(request, HttpBounds(std::chrono::seconds(20), 1'000'000));
        if (!answer) throw MessageError(answer.error().message);
        return answer->status;
    }
    static constexpr std::chrono::seconds kPatience{60};

    support::TempDirectory made_;
    support::TempDirectory folder_;
};

TEST_F(ConfinedExchange, GoesOnWhenFilesAreReplaced) {
    const support::TlsServer first = serve("first");
    const support::TlsServer second = serve("second");
    auto [here, there] = connected_pair();
    LocalStream child = stream_over(std::move(here), nullptr);
    std::jthread replacing([&] {
        if (!child.read_exactly(1, kPatience)) return;
        put("second");
        static_cast<void>(child.write("x", kPatience));
    });

    const Outcome outcome = in_child({}, [&, end = there.get()] {
        LocalStream parent = stream_over(Descriptor(end), nullptr);
        CurlTransport before = client();
        CurlTransport after = client();
        // Reading by name, and names of machines, take the system's files.
        static_cast<void>(confine_network({"/etc", folder_.path()}));
        if (status_of(before, first.url("localhost")) != 200) return 1;
        if (!parent.write("x", kPatience) || !parent.read_exactly(1, kPatience)) return 2;
        return status_of(after, second.url("127.0.0.1"));
    });

    EXPECT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.code, 200) << outcome.said;
}

}  // namespace
}  // namespace tizilim::platform
