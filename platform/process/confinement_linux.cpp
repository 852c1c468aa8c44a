#include "platform/check.h"
#include "platform/process/call_filter_linux.h"
#include "platform/process/confinement.h"
#include "platform/process/file_rules_linux.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <linux/prctl.h>
#include <string>
#include <sys/prctl.h>
#include <system_error>
#include <vector>

namespace tizilim::platform {
namespace {

int rules_version(const ConfinementOptions& options) {
    return std::min(file_rules_version(), options.rules_version_max);
}

Confinement named(int version, bool filters) {
    Confinement names;
    if (version > 0) names.push_back("landlock:" + std::to_string(version));
    if (filters) names.emplace_back("seccomp");
    return names;
}

/// Threads that run already would keep what they may.
void expect_one_thread() {
    std::error_code none;
    const std::filesystem::directory_iterator threads("/proc/self/task", none);
    if (!none) CHECK(std::distance(begin(threads), end(threads)) == 1);
}

template <class LoadFilter>
Confinement confine(const FileRules& rules, const ConfinementOptions& options,
                    LoadFilter load_filter) {
    expect_one_thread();
    // Else neither is for others than root.
    CHECK(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    const int version = rules_version(options);
    const bool filters = has_call_filters();
    if (version > 0) keep_file_rules(rules, version);
    if (filters) load_filter();
    return named(version, filters);
}

}  // namespace

Confinement offered_confinement(const ConfinementOptions& options) {
    return named(rules_version(options), has_call_filters());
}

Confinement confine_register(const std::vector<std::filesystem::path>& writable,
                             const ConfinementOptions& options) {
    const FileRules rules{.denied = kFileChange,
                          .allowed = kFileWrite | kFolderRemove | kFileRemove | kFolderMake |
                                     kFileMake | kFileMove | kFileTruncate,
                          .folders = writable};
    return confine(rules, options, forbid_calls_of_register);
}

Confinement confine_network(const std::vector<std::filesystem::path>& readable,
                            const ConfinementOptions& options) {
    const FileRules rules{.denied = kFileChange | kFileRead | kFolderRead,
                          .allowed = kFileRead | kFolderRead,
                          .folders = readable,
                          .may_connect = true};
    return confine(rules, options, allow_calls_of_network);
}

}  // namespace tizilim::platform

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
/// The leak checker looks on from a process of its own, which a confined program cannot make, and
/// would end the program as one that leaks.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the checker's name
extern "C" int __lsan_is_turned_off() {
    return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 ? 0 : 1;
}
#endif
#endif
