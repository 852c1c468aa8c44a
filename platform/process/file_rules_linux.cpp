#include "platform/process/file_rules_linux.h"

#include "platform/files/descriptor.h"
#include "platform/files/posix_file.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tizilim::platform {
namespace {

/// The newest that is known here: later ones add what no rule of ours names.
constexpr int kVersionMax = 7;

constexpr std::uint64_t kBindTcp = 1U << 0U;
constexpr std::uint64_t kConnectTcp = 1U << 1U;
constexpr std::uint64_t kScopeAbstractSockets = 1U << 0U;
constexpr std::uint64_t kScopeSignals = 1U << 1U;

/// struct landlock_ruleset_attr of version 6. An older kernel takes what it does not know as zeros.
struct Handled {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scoped = 0;
};

std::uint64_t file_rights_of(int version) {
    if (version >= 5) return ~std::uint64_t{0};
    if (version >= 3) return ~kDeviceControl;
    if (version == 2) return ~(kDeviceControl | kFileTruncate);
    return ~(kDeviceControl | kFileTruncate | kFileMove);
}

[[noreturn]] void throw_cannot_keep(int system_error) {
    throw MessageError(
        {"confinement.cannot_limit_files", {{"system", as_json(system_message(system_error))}}});
}

void allow_beneath(const Descriptor& rules, const std::filesystem::path& folder,
                   std::uint64_t allowed) {
    const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 && errno == ENOENT) return;
    if (opened.get() < 0) throw_file_error("folder.cannot_open", folder, errno);
    const landlock_path_beneath_attr beneath{.allowed_access = allowed, .parent_fd = opened.get()};
    if (::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
        throw_cannot_keep(errno);
}

}  // namespace

int file_rules_version() {
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return static_cast<int>(std::clamp<long>(version, 0, kVersionMax));
}

void keep_file_rules(const FileRules& rules, int version) {
    const std::uint64_t known = file_rights_of(version);
    Handled handled{.files = rules.denied & known};
    if (version >= 4) handled.network = rules.may_connect ? kBindTcp : kBindTcp | kConnectTcp;
    if (version >= 6) handled.scoped = kScopeAbstractSockets | kScopeSignals;
    const Descriptor ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
    if (ruleset.get() < 0) throw_cannot_keep(errno);
    for (const std::filesystem::path& folder : rules.folders)
        allow_beneath(ruleset, folder, rules.allowed & known);
    if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) throw_cannot_keep(errno);
}

}  // namespace tizilim::platform
