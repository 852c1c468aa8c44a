#pragma once

#include <climits>
#include <filesystem>
#include <string>
#include <vector>

namespace tizilim::platform {

/// What the system denies a program of ours from its confinement on, for good and to all threads it
/// starts later. tests/support/attempts.h lists what was tried against it.
///
/// Call it once, before the first thread, when all is open that the program is handed or must read
/// elsewhere. The result names what holds, for the status and the log: "landlock:7" (the version of
/// the rules on files), "seccomp"; empty on a system that has neither, and then the caller decides.
/// \throws MessageError, FileError where the system has it and it failed
using Confinement = std::vector<std::string>;

/// `rules_version_max`: the newest version of the rules on files that is used; for tests.
struct ConfinementOptions {
    int rules_version_max = INT_MAX;
};

/// What this system has of it.
[[nodiscard]] Confinement offered_confinement(const ConfinementOptions& options = {});

/// For the program that holds the register and its key: it makes no connection and starts no
/// program. Of sockets it keeps accepting, reading and writing on those that it was handed. It
/// writes, makes and removes only beneath `writable` folders (one that is not there is left out)
/// and reads what its account may.
[[nodiscard]] Confinement confine_register(const std::vector<std::filesystem::path>& writable,
                                           const ConfinementOptions& options = {});

/// For the program that speaks with the unified system: it reads only beneath `readable` folders
/// (one that is not there is left out), writes and changes no file, starts no program and reaches
/// no other process. It can see that a file exists, its size and times.
[[nodiscard]] Confinement confine_network(const std::vector<std::filesystem::path>& readable,
                                          const ConfinementOptions& options = {});

}  // namespace tizilim::platform
