#include "tests/inside/attacked_office.h"

#include "platform/check.h"
#include "platform/files/descriptor.h"
#include "tests/inside/intruder.h"
#include "tests/inside/order.h"
#include "tests/inside/own_network.h"
#include "tests/process/office.h"
#include "tests/support/attempts.h"
#include "tests/support/child_process.h"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tizilim::inside {
namespace {

using platform::Descriptor;
using support::Inside;

/// Some account without any right of its own.
constexpr uid_t kNobody = 65534;

void give_to(uid_t account, const std::filesystem::path& folder) {
    CHECK(::chown(folder.c_str(), account, account) == 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        CHECK(::chown(entry.path().c_str(), account, account) == 0);
}

std::filesystem::path key_in(const std::filesystem::path& folder) {
    std::filesystem::path key;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".key") key = entry.path();
    CHECK(!key.empty());
    return key;
}

Descriptor opened_process(int pid) {
    Descriptor opened(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    CHECK(opened.get() >= 0);
    return opened;
}

}  // namespace

AttackedOffice::AttackedOffice(const Attack& attack)
    : attack_(attack),
      account_(attack.as_nobody && ::geteuid() == 0 ? std::optional(kNobody) : std::nullopt),
      network_(::geteuid() == 0 ? std::optional<OwnNetwork>(std::in_place) : std::nullopt),
      registering_scene_(account_),
      delivering_scene_(account_),
      den_(doors_ / "door"),
      office_(
          {std::string(kBackDoorVariable) + "=" + (doors_ / "door").string(),
           std::string(kRulesVersionVariable) + "=" + std::to_string(attack.rules_version_max)}) {
    std::filesystem::permissions(doors_.path(), std::filesystem::perms::all);
    CHECK(unified_.start());
    office_.configure(unified_.url());
    if (account_) give_to(*account_, office_.folder());
    office_.start_programs_by(starter());
    CHECK(office_.tizilim({"init", "--here"}).code == 0);
    make_register();
    if (!office_.start()) throw std::runtime_error(office_.log());
    while (!registering_ || !delivering_) {
        Intruder next = den_.next();
        auto& program = next.program() == Inside::network ? delivering_ : registering_;
        program.emplace(std::move(next));
    }
    register_process_ = opened_process(registering_->pid());
    sync_process_ = opened_process(delivering_->pid());
}

support::Command AttackedOffice::starter() const {
    support::Command command;
    const std::string account = std::to_string(account_.value_or(0));
    if (account_)
        command = {"/usr/bin/setpriv", "--reuid=" + account, "--regid=" + account, "--clear-groups",
                   "--pdeathsig=KILL"};
    if (!attack_.confined) command.emplace_back(OLD_KERNEL_PROGRAM);
    return command;
}

/// A folder in which the register's program may write.
void AttackedOffice::make_register() {
    const std::filesystem::path folder = office_.register_folder() / "inside";
    std::filesystem::create_directory(folder);
    if (account_) give_to(*account_, folder);
}

const Intruder& AttackedOffice::intruder(Inside program) const {
    return program == Inside::network ? *delivering_ : *registering_;
}

bool AttackedOffice::runs_as_root() const {
    return ::geteuid() == 0 && !account_;
}

Order AttackedOffice::order_for(Inside program) const {
    const bool is_network = program == Inside::network;
    const support::AttemptScene& scene = is_network ? delivering_scene_ : registering_scene_;
    Order order{.targets = scene.targets(), .in_children = !attack_.confined};
    if (network_) {
        order.targets.address = OwnNetwork::address();
        order.targets.address_port = network_->port();
    }
    if (!attack_.confined) return order;
    order.targets.register_file = office_.register_folder() / "register.mdb";
    order.targets.key_file = key_in(office_.register_folder() / "keys");
    order.targets.control_socket = office_.register_folder() / "control.sock";
    order.targets.writable = office_.register_folder() / "inside";
    order.targets.readable = "/etc/passwd";
    order.targets.sibling = intruder(is_network ? Inside::registering : Inside::network).pid();
    order.targets.sibling_descriptor = (is_network ? register_process_ : sync_process_).get();
    return order;
}

}  // namespace tizilim::inside
