/// Linked into tizilim-register and tizilim-sync as tests build them. All that the programs do is
/// their own; but where they call what is wrapped here (CMakeLists.txt), this is called first.
#include "agent/processes/orders.h"
#include "agent/processes/programs.h"
#include "platform/check.h"
#include "platform/files/descriptor.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "platform/process/signals.h"
#include "tests/inside/flood.h"
#include "tests/inside/order.h"
#include "tests/support/attempts.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <errno.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::inside {
namespace {

constexpr std::chrono::minutes kPatience{5};
/// As tizilim-sync has it.
constexpr std::chrono::minutes kOwnHangsAfter{5};

/// -1: no test waits.
int connect_to_test() {
    const char* const name = std::getenv(kBackDoorVariable);
    if (name == nullptr) return -1;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string_view(name).copy(address.sun_path, sizeof address.sun_path - 1);
    const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return connection;
}

bool is_sync() {
    return std::string_view(program_invocation_short_name) == agent::kSyncProgram;
}

/// Before main(): what is confined could not.
const int connection = connect_to_test();
const bool flooded = is_sync() && flood_from_environment();

int result_in_child(const support::Attempt& attempt, const support::Targets& targets) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(attempt.act(targets));
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    // NOLINTNEXTLINE(misc-include-cleaner): of <sys/wait.h>
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::vector<int> results_of(Order order) {
    if (order.by_own_port) order.targets.listening = agent::kStatusPortDescriptor;
    std::vector<int> results;
    for (const support::Attempt& attempt : all_attempts()) {
        const bool wanted = order.only.empty() || order.only == attempt.name;
        results.push_back(!wanted             ? support::kNotTried
                          : order.in_children ? result_in_child(attempt, order.targets)
                                              : attempt.act(order.targets));
    }
    return results;
}

/// Until the test hangs up, or `stop`.
void obey(const std::shared_ptr<const platform::StopEvent>& stop) {
    platform::FrameStream door(platform::stream_over(platform::Descriptor(connection), stop),
                               kFrameBytesMax);
    const Hello hello{is_sync() ? support::Inside::network : support::Inside::registering,
                      ::getpid()};
    if (!door.write(frame_of(hello))) return;
    while (const auto frame = door.read()) {
        Order order = order_in(*frame);
        std::vector<platform::Descriptor> handed;
        for (int* const descriptor : descriptors_of(order.targets)) {
            auto received = platform::receive_descriptor(door.stream(), kPatience);
            CHECK(received);
            handed.push_back(*std::move(received));
            *descriptor = handed.back().get();
        }
        if (!door.write(frame_of(results_of(order)))) return;
    }
}

}  // namespace

/// What the linker calls the program's own function, and what it calls in its place.
platform::Signal own_wait_for_signal() asm("__real__ZN7tizilim8platform15wait_for_signalEv");
platform::Signal wait_for_signal() asm("__wrap__ZN7tizilim8platform15wait_for_signalEv");
std::string own_frame_of(const agent::Order& order) asm("__real_" FRAME_OF_ORDER);
std::string frame_of_order(const agent::Order& order) asm("__wrap_" FRAME_OF_ORDER);
int own_file_rules_version() asm("__real__ZN7tizilim8platform18file_rules_versionEv");
int file_rules_version() asm("__wrap__ZN7tizilim8platform18file_rules_versionEv");

/// The main thread waits when all is at work. A thread that it starts is confined as it is. It
/// waits once: tizilimd asks neither program to read its configuration again.
platform::Signal wait_for_signal() {
    if (connection < 0) return own_wait_for_signal();
    const auto stop = std::make_shared<platform::StopEvent>();
    const std::jthread obeying(obey, stop);
    const platform::Signal signal = own_wait_for_signal();
    stop->set();
    return signal;
}

std::string frame_of_order(const agent::Order& order) {
    const char* const patience = std::getenv(kHangsAfterVariable);
    const auto* const expect = std::get_if<agent::Expect>(&order);
    if (patience == nullptr || expect == nullptr || !expect->within) return own_frame_of(order);
    const auto hangs_after = std::chrono::seconds(std::atoi(patience));
    return own_frame_of(agent::Expect{*expect->within - kOwnHangsAfter + hangs_after});
}

int file_rules_version() {
    const char* const most = std::getenv(kRulesVersionVariable);
    const int own = own_file_rules_version();
    return most == nullptr ? own : std::min(own, std::atoi(most));
}

}  // namespace tizilim::inside
